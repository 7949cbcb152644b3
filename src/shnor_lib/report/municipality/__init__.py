"""The level between school and region: municipalities compared, and the desk of each of them."""
