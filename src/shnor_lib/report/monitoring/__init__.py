"""What the notebooks of the monitorings and the home page say, made from the results."""
