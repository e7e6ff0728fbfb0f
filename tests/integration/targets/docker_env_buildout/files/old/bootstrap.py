raise SystemExit("Nobody runs this any more.")
