"""The charts of the pages as Plotly figures, for `reports/notebook.py`: one module for each kind of chart.

`scales.py`, `page_styles.py` and `source.py` are shared. The look of a chart is defined once for pages and notebooks,
in `reports/charts/shapes.py` and `reports/static/css/`.
"""
