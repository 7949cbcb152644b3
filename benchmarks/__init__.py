"""Speed, measured as ratios in one run: absolute times say more about the machine."""
