"""Local formats where Django's own would be read wrongly elsewhere."""
