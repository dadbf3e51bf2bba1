"""What Prometheus reads, and the files made for it and for Grafana."""
