/// `tare smooth` from outside: what it prints, and how it fails.
import Foundation
import TareCore
import TareTesting
import Testing

/// The project's made table: emissions are lowest at 17 °C.
private let days = projectFolder.appending(path: "datasets/days.csv").path

@Suite struct SmoothTests {
  @Test func `the help is this`() throws {
    let help = try Program.run(["smooth", "--help"])
    #expect(help.status == 0)
    // Between them stand --format and --output-format, whose lists grow with the formats.
    #expect(help.output.hasPrefix(Self.helpUpToFormat + "\n  --format"))
    #expect(help.output.hasSuffix(Self.helpAfterFormat + "\n\n"))
  }

  @Test func `daily emissions have their minimum at the critical temperature`() throws {
    let result = try Program.run([
      "smooth", days, "--x", "temperature", "--y", "emissions", "--turning-points", "--json",
    ])
    #expect(result.status == 0, "\(result.error)")
    let found = try JSONValue(parsing: result.output)
    #expect(found["rows"] == 730)
    #expect(found["resamples"] == 1000)
    #expect(found["curve"]?.array?.count == found["distinct_x"]?.int)
    let points = found["turning_points"]?.array ?? []
    #expect(points.count == 1)
    let point = try #require(points.first)
    #expect(point["kind"] == "minimum")
    #expect(point["clear"] == true)
    #expect(point["one_sided"] == false)
    let interval = point["interval"]?.array?.compactMap(\.double) ?? []
    try #require(interval.count == 2)
    #expect(interval[0] < 17 && 17 < interval[1])
    #expect(interval[1] - interval[0] < 3)
  }

  @Test func `people get a plot, the curve, its turning point and what that means`() throws {
    let result = try Program.run([
      "smooth", days, "--x", "temperature", "--y", "emissions", "--turning-points", "--at",
      "0,10,17.05,30",
    ])
    #expect(result.status == 0, "\(result.error)")
    for mention in [
      "⠿ 730 rows   ━ fitted curve", "temperature  fitted", "\n      17.05   61.",
      "LOWESS of emissions on temperature (frac 0.667, it 3, degree 1): 730 rows",
      "turning point  temperature", "minimum              16.", "100.0%  clear",
      "1000 resamples of the rows",
    ] {
      #expect(result.output.contains(mention), "\(mention): \(result.output)")
    }
    #expect(!result.output.contains("\u{1B}"))
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func `the curve goes to a file or to standard output as CSV`() throws {
    let folder = try TemporaryFolder()
    let table = try folder.file("t.csv", Data("x,y\n0,1\n1,3\n2,5\n3,7\n4,9\n".utf8))
    let path = folder.path("curve.csv")
    let arguments = ["smooth", table, "--x", "x", "--y", "y", "--frac", "1"]
    let written = try Program.run(arguments + ["-o", path])
    #expect(written.status == 0, "\(written.error)")
    #expect(written.output.contains("LOWESS of y on x"))
    let rows = try plainCSV(URL(filePath: path))
    #expect(rows.map { $0.number("x") } == [0, 1, 2, 3, 4])
    // A straight line: exact but for rounding.
    expectClose(rows.map { $0.number("fitted") }, [1, 3, 5, 7, 9], tolerance: 1e-12)
    expectClose(rows.map { $0.number("slope") }, [2, 2, 2, 2, 2], tolerance: 1e-12)
    #expect(rows.allSatisfy { $0.number("lower") <= $0.number("upper") })
    let printed = try Program.run(arguments + ["--points", "3", "-o", "-"])
    #expect(printed.status == 0)
    let lines = printed.output.split(separator: "\n")
    #expect(lines.first == "x,fitted,se,lower,upper,slope")
    #expect(lines.dropFirst().map { $0.prefix(4) } == ["0.0,", "2.0,", "4.0,"])
    #expect(printed.error.contains("LOWESS of y on x"))
  }

  @Test func `a mean has no slope, and a curve through its points no error`() throws {
    let folder = try TemporaryFolder()
    let table = try folder.file("t.csv", Data("x,y\n1,1\n2,3\n3,2\n".utf8))
    let mean = try Program.run([
      "smooth", table, "--x", "x", "--y", "y", "--degree", "0", "--frac", "1", "-o", "-",
    ])
    #expect(mean.status == 0, "\(mean.error)")
    #expect(mean.output.split(separator: "\n").dropFirst().allSatisfy { $0.hasSuffix(",") })
    let through = try Program.run([
      "smooth", table, "--x", "x", "--y", "y", "--turning-points",
    ])
    #expect(through.output.contains("No turning points: no neighbourhood has enough points"))
  }

  @Test func `doubtful turning points are called so, and too many of them left out`() throws {
    func text(_ frac: String) throws -> String {
      try Program.run([
        "smooth", days, "--x", "temperature", "--y", "emissions", "--turning-points", "--frac",
        frac,
      ]).output
    }
    let rough = try text("0.05")
    #expect(rough.contains("No clear turning point"))
    #expect(rough.contains("not shown; --json prints all"))
    #expect(rough.contains("A larger --frac"))
    #expect(!rough.contains("doubtful\n"))
    #expect(try text("0.2").contains("clear\n"))
  }

  @Test func `a row far from all others is told of, and does not squeeze the plot`() throws {
    let folder = try TemporaryFolder()
    func output(_ last: Int) throws -> String {
      let rows = (0..<300).map { "\($0),\($0 % 10)\n" }.joined()
      let table = try folder.file("t.csv", Data("x,y\n\(rows)300,\(last)\n".utf8))
      return try Program.run(["smooth", table, "--x", "x", "--y", "y"]).output
    }
    let far = try output(5000)
    #expect(
      far.contains("⠿ 300 rows   ━ fitted curve\n1 row lies outside the plot; y ranges from 0"))
    #expect(far.contains("degree 1): 301 rows"))
    #expect(!far.contains("5000 ┤"))
    let near = try output(12)
    #expect(near.contains("⠿ 301 rows"))
    #expect(!near.contains("outside the plot"))
  }

  @Test func `weights, filters and JSON lines are read`() throws {
    let folder = try TemporaryFolder()
    var lines = ""
    for index in 0..<40 {
      let group = index < 20 ? "a" : "b"
      let place = Double(index % 20)
      let y = group == "a" ? place : -place
      lines += #"{"group": "\#(group)", "d": \#(place), "r": \#(y), "w": \#(index % 2)}"# + "\n"
    }
    let table = try folder.file("t.jsonl", Data(lines.utf8))
    let arguments = ["smooth", table, "--x", "d", "--y", "r", "--json"]
    let filtered = try Program.run(arguments + ["--where", "group=b", "--at", "5"])
    #expect(filtered.status == 0, "\(filtered.error)")
    let found = try JSONValue(parsing: filtered.output)
    #expect(found["rows"] == 20)
    #expect(abs((found["curve"]?.array?[0]["fitted"]?.double ?? 0) + 5) < 1e-9)
    let weighted = try JSONValue(
      parsing: Program.run(arguments + ["--weights", "w", "--rules", "r", "--it", "0"]).output)
    #expect(weighted["weights"] == "w")
    #expect(weighted["rules"] == "r")
    // As many rows of either group count: the curve is 0.
    for place in weighted["curve"]?.array ?? [] {
      #expect(abs(place["fitted"]?.double ?? 1) < 1e-9)
    }
  }

  @Test(arguments: [
    (["--y", "z"], Int32(65), "'z'"),
    (["--y", "word"], 65, "t.csv, line 2, column 'word': expected …, found 'one'"),
    (["--y", "y", "--weights", "minus"], 65, "t.csv, line 2, column 'minus'"),
    (["--y", "y", "--where", "x"], 64, "COLUMN=VALUE"),
    (["--y", "y", "--where", "x=7"], 65, "'7'"),
    (["--y", "y", "--frac", "1.5"], 64, "frac"),
    (["--y", "y", "--it=-1"], 64, "it: expected 0 to 1000 iterations, found -1"),
    (["--y", "y", "--delta=-1"], 64, "delta"),
    (["--y", "y", "--degree", "3"], 64, "degree"),
    (["--y", "y", "--rules", "s"], 64, "tare, statsmodels, r"),
    (["--y", "y", "--at", "1,x"], 64, "'x'"),
    (["--y", "y", "--at", "5"], 64, "--at: expected 1.0 to 3.0, the range of the data"),
    (["--y", "y", "--at", "1", "--points", "3"], 64, "not both"),
    (["--y", "y", "--points", "1"], 64, "2 to 1000000"),
    (["--y", "y", "--bootstrap", "100"], 64, "--turning-points"),
    (["--y", "y", "--turning-points", "--bootstrap", "5"], 64, "20 to 100000 resamples"),
    (["--y", "y", "--turning-points", "--degree", "0"], 64, "degree 1 or 2"),
    (["--y", "y", "-o", "/nowhere/curve.csv"], 64, "folder"),
    (["--y", "y", "-o", "-", "--json"], 64, "not both"),
    ([], 64, "--y"),
  ])
  func `failures have their exit code and say what is wrong`(
    arguments: [String], status: Int32, mention: String
  ) throws {
    let folder = try TemporaryFolder()
    let table = try folder.file(
      "t.csv", Data("x,y,word,minus\n1,1,one,-1\n2,3,two,1\n3,2,three,1\n".utf8))
    let result = try Program.run(["smooth", table, "--x", "x"] + arguments)
    #expect(result.status == status, "\(result.error)")
    #expect(result.error.shows(mention), "\(result.error)")
    // With --json the error is an object on standard output, and nothing else is.
    if arguments.contains("--json") {
      let output = try JSONValue(parsing: result.output).object
      #expect(output?.keys == ["error"])
      #expect(output?["error"]?["code"]?.int == Int(status))
    } else {
      #expect(result.output.isEmpty)
    }
  }

  @Test func `an empty standard input and a missing file are named`() throws {
    let empty = try Program.run(["smooth", "-", "--x", "x", "--y", "y"])
    #expect(empty.status == 65)
    #expect(empty.error.contains("standard input"))
    let missing = try Program.run(["smooth", "none.csv", "--x", "x", "--y", "y"])
    #expect(missing.status == 65)
    #expect(missing.error.contains("none.csv"))
  }
}

extension SmoothTests {
  private static let helpUpToFormat = """
    OVERVIEW: Fit a LOWESS curve to two columns of any table.

    Examples:
      tare smooth days.csv --x temperature --y emissions --turning-points
      tare smooth clips.jsonl --x duration --y rating --frac 0.3 -o curve.csv
      tare smooth scores.csv --x length --y score --where rm=A --at 100,500,1000
      tare smooth leaderboard.csv --x agreement --y bias --missing drop
      tare smooth scores.csv --x length --y score --frac auto --it 0 --by rm
      tare smooth days.csv --x temperature --y co2 --by country --turning-points
    --detrend date
      tare smooth days.csv --x date --y co2 --at 1990-01-01,2020-01-01
      tare smooth - --x dose --y response --points 50 -o - <trial.csv >curve.csv

    Prints a plot and the curve at selected values of x, with its 95% band and its
    slope. -o writes the curve as CSV (x, fitted, se, lower, upper, slope) at every
    distinct x, or at the values given by --at or --points, on the line between the
    fits beside them; -o - prints it. A turning point is a change of sign of the
    slope; each has an interval, and is reported as clear or doubtful. --frac auto
    chooses the fraction that predicts best, by exact leave-one-out with --it 0,
    else by five folds. --by fits a curve to each group and tests whether they
    differ; with --turning-points also whether their clearest minima (or maxima)
    do, all pairs together. A column of dates (YYYY-MM-DD) counts as days.

    USAGE: tare smooth [<options>] <input> --x <column> --y <column>

    ARGUMENTS:
      <input>                 Table; - for standard input.

    OPTIONS:
      --x <column>            Column of the independent variable.
      --y <column>            Column of the dependent variable.
      --weights <column>      Column of case weights.
      --detrend <column>      Column, such as a date, whose own wide curve (frac
                              2/3) is subtracted from y first, by group.
      --where <COLUMN=VALUE>  Keep only rows with this value.
      --frac <frac>           Fraction of the points in each local fit, or auto
                              (default: 2/3).
      --it <it>               Number of robustness iterations (default: 3).
      --delta <delta>         Distance within which the curve is interpolated
                              linearly (default: 0, exact; with r, R's).
      --degree <degree>       Degree of the local polynomial: 0, 1 or 2 (default:
                              1).
      --rules <rules>         LOWESS implementation: tare (tied rows enter
                              together; independent of the row order), statsmodels
                              or r (exact reproductions, including their bugs with
                              ties) (default: tare).
      --by <column>           Column whose values get a curve each, with a test
                              that the curves differ.
      --prediction-interval   Add 95% prediction intervals for single points, from
                              held-out residuals.
      --turning-points        Find the turning points of the curve, with intervals.
      --bootstrap <bootstrap> Number of bootstrap resamples for --turning-points
                              (default: 1000; fewer from 5,000 rows on, at least
                              200) and --by (default: 999; at least 199).
      --seed <seed>           Bootstrap seed. (default: 1)
      --at <x1,x2,…>          Values of x at which to evaluate the curve.
      --points <points>       Evaluate the curve at this many evenly spaced values
                              of x.
      --skip-bad-rows         Skip rows that cannot be read or used, and report how
                              many and why (--skip-bad-rows --bad-rows bad.csv).
      --missing <drop|error>  What to do with rows whose required cells are empty,
                              null or NaN: drop or error (default: error).
      --bad-rows <file>       CSV file for the first hundred skipped rows: row,
                              column, found, reason.
    """

  private static let helpAfterFormat = """
      -o, --output <output>   File for the curve as CSV; - for standard output.
      --json                  Print the curve as JSON.
      --version               Show the version.
      -h, --help              Show help information.
    """
}
