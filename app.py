"""The page and its server: `streamlit run app.py` takes routes and page from here, and runs this for every session."""

import streamlit as st

if st.runtime.exists():
    from emotion.pages.page import show

    show()
else:
    from emotion.entry.middleware import middleware
    from emotion.lifespan import lifespan
    from emotion.pages.account import StreamlitAccount
    from emotion.pages.index import index_html
    from emotion.routes import routes

    before = middleware(index_html(), StreamlitAccount())
    app = st.App(__file__, routes=routes(), lifespan=lifespan, middleware=before)
