"""The charts of the pages as Plotly figures, for `reports/notebook.py`: one module for each kind of chart.

`scales.py` and `page_styles.py` have what they share. What a chart looks like is defined for pages and notebooks alike,
in `reports/charts/shapes.py` and `reports/static/css/`.
"""
