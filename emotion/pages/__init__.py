"""The page's parts; the only modules that know Streamlit."""
