"""From results of the methods to what people read: words, tables, charts, page texts."""
