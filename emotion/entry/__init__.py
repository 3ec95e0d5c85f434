"""Who gets in: the password or the account, what a browser may do with our pages, and who else could reach them."""
