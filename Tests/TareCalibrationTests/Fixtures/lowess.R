# Makes lowess_r_points.csv and lowess_r_settings.csv (what R's stats::lowess gives) and
# loess_r_points.csv and loess_r_settings.csv (what stats::loess, computed directly, gives).
#
# Version used: R 4.2.2.
# Run here: Rscript lowess.R
#
# The points are put in a stable order before the call, as lowess() itself does.
set.seed(20240917, kind = "Mersenne-Twister", normal.kind = "Inversion")

wave <- function(x) sin(x) + 0.3 * rnorm(length(x))
even <- seq(0, 10, length.out = 60)
loose <- runif(60, 0, 10)
tied <- floor(runif(70, 0, 12))
lengths <- round(exp(rnorm(120, 6.5, 0.8)))
skewed <- exp(rnorm(60, 0, 4))
loose_y <- wave(loose)
tied_y <- wave(tied)
spiky <- loose_y
spiky[seq(1, 60, 9)] <- spiky[seq(1, 60, 9)] + 5 * rcauchy(7)
steps <- ifelse(seq_len(60) %% 7 == 0, 5, 1)

scenarios <- list(
  list("defaults", loose, loose_y, 2 / 3, 3, NULL),
  list("delta 0", loose, loose_y, 2 / 3, 3, 0),
  list("frac 1", loose, loose_y, 1, 3, 0),
  list("frac takes 2 points", loose, loose_y, 0.01, 3, 0),
  list("frac takes 3 points", loose, loose_y, 0.05, 2, 0),
  list("frac n just below an integer", even, wave(even), 0.7 - 1e-9, 1, 0),
  list("outliers it 0", loose, spiky, 0.5, 0, 0),
  list("outliers it 3", loose, spiky, 0.5, 3, 0),
  list("outliers it 6", loose, spiky, 0.5, 6, 0),
  list("ties", tied, tied_y, 0.4, 3, 0),
  list("ties with the default delta", tied, tied_y, 0.4, 3, NULL),
  list("ties wider than the neighbourhood", tied, tied_y, 0.03, 2, 0),
  list("one x", rep(4, 9), loose_y[1:9], 0.7, 3, 0),
  list("two x", rep(c(1, 2), each = 6), loose_y[1:12], 1, 3, 0),
  list("constant y", loose, rep(0.3, 60), 0.5, 3, 0),
  list("median residual 0", even, steps, 0.2, 3, 0),
  list("straight line", even, 3 - 2 * even, 0.3, 3, 0),
  list("n 1", 2, 5, 0.5, 3, 0),
  list("n 2", c(2, 1), c(5, 7), 0.5, 3, 0),
  list("n 3", c(2, 1, 4), c(5, 7, 6), 1, 3, 0),
  list("delta 0.3", loose, loose_y, 0.4, 3, 0.3),
  list("delta with ties", tied, tied_y, 0.4, 2, 2.5),
  list("delta beyond the range", loose, loose_y, 0.4, 1, 50),
  list("lengths", lengths, 0.002 * lengths + rnorm(120), 0.9, 3, NULL),
  list("large offset", loose + 1e6, loose_y, 0.5, 3, 0),
  list("nine orders of magnitude", skewed, log(skewed) + loose_y, 0.3, 3, 0)
)

number <- function(x) formatC(x, digits = 17, width = 1, format = "g")
write_rows <- function(file, header, rows) writeLines(c(header, rows), file)

settings <- character()
points <- character()
for (s in scenarios) {
  x <- s[[2]]
  y <- s[[3]]
  delta <- if (is.null(s[[6]])) 0.01 * diff(range(x)) else s[[6]]
  fit <- lowess(x, y, f = s[[4]], iter = s[[5]], delta = delta)$y
  fitted <- numeric(length(x))
  fitted[order(x)] <- fit
  given <- if (is.null(s[[6]])) "default" else number(s[[6]])
  settings <- c(settings, paste(s[[1]], number(s[[4]]), s[[5]], given, sep = ","))
  points <- c(points, paste(s[[1]], number(x), number(y), number(fitted), sep = ","))
}
write_rows("lowess_r_settings.csv", "scenario,frac,it,delta", settings)
write_rows("lowess_r_points.csv", "scenario,x,y,fitted", points)

# The neighbourhood of loess is floor(n span + 1e-5) points (n span is an integer here), and it
# flattens weights near 0 and 1 as lowess does.
long <- sort(exp(rnorm(60, 0, 1)))
long_y <- wave(long)
case_weights <- round(runif(60, 0.2, 3), 2)
settings <- character()
points <- character()
for (degree in 0:2) for (span in c(0.3, 0.8)) for (weighted in c(FALSE, TRUE)) {
  name <- paste0("degree ", degree, " span ", span, if (weighted) " weighted" else "")
  w <- if (weighted) case_weights else rep(1, 60)
  fit <- loess(long_y ~ long, span = span, degree = degree, weights = w, family = "gaussian",
    control = loess.control(surface = "direct", statistics = "exact"))
  settings <- c(settings, paste(name, span, degree, sep = ","))
  points <- c(points, paste(name, number(long), number(long_y), number(w), number(fitted(fit)), sep = ","))
}
write_rows("loess_r_settings.csv", "scenario,frac,degree", settings)
write_rows("loess_r_points.csv", "scenario,x,y,weight,fitted", points)
