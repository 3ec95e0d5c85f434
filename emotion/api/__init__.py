"""The REST interface: pictures in, faces with probabilities out, at `/api/v1` of the page's own port."""
