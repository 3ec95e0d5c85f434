"""The page: `streamlit run app.py`."""

from emotion.pages.page import show

show()
