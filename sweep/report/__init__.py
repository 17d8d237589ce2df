"""The report of a sweep: one HTML file, made from its store and the files of its run; and its figures for print."""
