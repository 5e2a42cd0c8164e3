/// `tare smooth`.
internal import ArgumentParser
internal import TareCore
internal import TarePipeline

struct Smooth: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fit a LOWESS curve to two columns of any table.",
    discussion: """
      Examples:
        tare smooth days.csv --x temperature --y emissions --turning-points
        tare smooth clips.jsonl --x duration --y rating --frac 0.3 -o curve.csv
        tare smooth scores.csv --x length --y score --where rm=A --at 100,500,1000
        tare smooth leaderboard.csv --x agreement --y bias --missing drop
        tare smooth scores.csv --x length --y score --frac auto --it 0 --by rm
        tare smooth days.csv --x temperature --y co2 --by country --turning-points --detrend date
        tare smooth days.csv --x date --y co2 --at 1990-01-01,2020-01-01
        tare smooth - --x dose --y response --points 50 -o - <trial.csv >curve.csv

      Prints a plot and the curve at selected values of x, with its 95% band and its slope. -o writes \
      the curve as CSV (x, fitted, se, lower, upper, slope) at every distinct x, or at the values \
      given by --at or --points, on the line between the fits beside them; -o - prints it. A turning \
      point is a change of sign of the slope; each has an interval, and is reported as clear or \
      doubtful. --frac auto chooses the fraction that predicts best, by exact leave-one-out with \
      --it 0, else by five folds. --by fits a curve to each group and tests whether they differ; with \
      --turning-points also whether their clearest minima (or maxima) do, all pairs together. A column \
      of dates (YYYY-MM-DD) counts as days.
      """)

  @Argument(help: "Table; - for standard input.")
  var input: String

  @Option(help: ArgumentHelp("Column of the independent variable.", valueName: "column"))
  var x: String
  @Option(help: ArgumentHelp("Column of the dependent variable.", valueName: "column"))
  var y: String
  @Option(help: ArgumentHelp("Column of case weights.", valueName: "column"))
  var weights: String?
  @Option(
    help: ArgumentHelp(
      "Column, such as a date, whose own wide curve (frac 2/3) is subtracted from y first, by group.",
      valueName: "column"))
  var detrend: String?
  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("Keep only rows with this value.", valueName: "COLUMN=VALUE"))
  var filters: [String] = []

  @Option(help: "Fraction of the points in each local fit, or auto (default: 2/3).")
  var frac: String?
  @Option(help: "Number of robustness iterations (default: 3).")
  var it: Int?
  @Option(
    help:
      "Distance within which the curve is interpolated linearly (default: 0, exact; with r, R's).")
  var delta: Double?
  @Option(help: "Degree of the local polynomial: 0, 1 or 2 (default: 1).")
  var degree: Int?
  @Option(
    help: ArgumentHelp(
      "LOWESS implementation: tare (tied rows enter together; independent of the row order), statsmodels or r (exact reproductions, including their bugs with ties) (default: tare)."
    ))
  var rules: String?

  @Option(
    help: ArgumentHelp(
      "Column whose values get a curve each, with a test that the curves differ.",
      valueName: "column"))
  var by: String?
  @Flag(help: "Add 95% prediction intervals for single points, from held-out residuals.")
  var predictionInterval = false
  @Flag(help: "Find the turning points of the curve, with intervals.")
  var turningPoints = false
  @Option(
    help:
      "Number of bootstrap resamples for --turning-points (default: 1000; fewer from 5,000 rows on, at least 200) and --by (default: 999; at least 199)."
  )
  var bootstrap: Int?
  @Option(help: "Bootstrap seed.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Values of x at which to evaluate the curve.", valueName: "x1,x2,…"))
  var at: String?
  @Option(help: "Evaluate the curve at this many evenly spaced values of x.")
  var points: Int?

  @OptionGroup var bad: BadRowArguments
  @OptionGroup var format: FormatArgument
  @OptionGroup var outputFormat: OutputFormatArgument
  @Option(name: .shortAndLong, help: "File for the curve as CSV; - for standard output.")
  var output: String?
  @Flag(help: "Print the curve as JSON.")
  var json = false

  func run() throws {
    let printsRows = Output.isStandard(output)
    if printsRows, json { throw TareError.usage("give -o - or --json, not both") }
    try Output.checkApart(["--output": output], from: [("the input", input)])
    let policy = try bad.policy(apartFrom: [("the input", input), ("--output", output)])
    defer { bad.tell(policy) }
    var request = try request
    request.policy = policy
    let outcome = try Pipeline().smooth(request)
    if json { return try Output.print(outcome.json) }
    // Rows are the result where they are printed; the report then goes to standard error.
    if printsRows { try Output.print(outcome.encoded()) }
    try Terminal.tell(
      outcome.text(coloured: printsRows ? Terminal.errorIsColoured : Terminal.outputIsColoured),
      onStandardOutput: !printsRows)
    if !turningPoints, !printsRows {
      NextCommand.suggest(CommandLine.typed + ["--turning-points"])
    } else if output == nil {
      NextCommand.suggest(CommandLine.typed + ["-o", "curve.csv"])
    }
  }

  private var request: SmoothRequest {
    get throws(TareError) {
      if bootstrap != nil, !turningPoints, by == nil {
        throw .usage("--bootstrap requires --turning-points or --by")
      }
      var request = SmoothRequest(input: input, x: x, y: y)
      request.format = format.format
      request.columns = format.columns
      (request.weights, request.detrend) = (weights, detrend)
      request.filters = try ColumnArguments.parsed(filters)
      (request.frac, request.choosesFrac) = try FracArgument.parsed(frac)
      (request.it, request.delta) = (it, delta)
      (request.by, request.predicts) = (by, predictionInterval)
      (request.degree, request.rules) = (degree, rules)
      request.findsTurningPoints = turningPoints
      (request.bootstrap, request.seed) = (bootstrap, seed)
      (request.at, request.points) = (at, points)
      request.output = Output.isStandard(output) ? nil : output
      request.outputFormat = try outputFormat.key(for: output)
      return request
    }
  }
}

/// What `--frac` may say.
enum FracArgument {
  /// - Throws: `TareError.usage` for what is neither a number nor auto.
  static func parsed(_ text: String?) throws(TareError) -> (frac: Double?, isChosen: Bool) {
    guard let text else { return (nil, false) }
    if text == "auto" { return (nil, true) }
    guard let frac = Double(text) else {
      throw .usage("--frac: expected a number from 0 to 1, or auto, found \(text)")
    }
    return (frac, false)
  }
}
