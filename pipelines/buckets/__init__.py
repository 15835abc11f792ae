"""Downloads logs from buckets into landing, and copies folders such as the site to buckets."""
