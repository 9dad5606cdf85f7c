"""What a technician runs: the `waystation` command. The only place that names concrete drivers."""
