"""Mathematics alone: numpy and scipy in, numbers out."""
