"""The information platform (S0 4.6.1): cards, links, feed, calendars, forms its pages are made of."""
