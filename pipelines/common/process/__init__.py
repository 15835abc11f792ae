"""This process and its machine: progress, garbage collector, title, ports on loopback, and limits of the machine."""
