"""The templates of the pages, and the environment that renders them."""
