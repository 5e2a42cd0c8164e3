/// The worked examples in `examples`: that they say what they are meant to, and print what their
/// READMEs show.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite(.enabled(if: Python.isAvailable, "needs python3"))
struct ExamplesTests {
  /// `coverage.py` takes a minute and is run for a part of its seeds below.
  @Test(arguments: ["temperature", "clips", "judge", "rankings", "emissions"])
  func `commands print what the README shows`(name: String) throws {
    let example = try ExampleFolder(name)
    let commands = try example.commands.filter { !$0.line.hasPrefix("python3 coverage.py") }
    #expect(commands.count >= 4)
    for command in commands {
      let difference = try example.difference(command)
      #expect(difference == nil, "\(difference ?? "")")
    }
  }

  /// With the demo's model, whose answers are the point: it judges badly, and the commands must say so.
  ///
  /// The audit and the server ask most of the questions; they are a test of their own.
  @Test(.enabled(if: ExampleFolder.hasModel, "needs make model"), arguments: [false, true])
  func `the rubric's commands print what the README shows, on the demo's model`(
    isOfAuditAndServer: Bool
  ) throws {
    let example = try ExampleFolder("rubric")
    let commands = try example.commands.filter { command in
      let asksMost = command.line.contains("--audit") || command.line.contains("clients.py")
      return asksMost == isOfAuditAndServer || command.line.hasPrefix("python3 make.py")
    }
    #expect(commands.count >= 3)
    for command in commands {
      let difference = try example.difference(command, digits: 2)
      #expect(difference == nil, "\(difference ?? "")")
    }
  }

  /// With the demo's model in float32, whose scores other processors give within some units in the last
  /// place; no margin of a pair is near that.
  @Test(.enabled(if: ExampleFolder.hasModel, "needs make model"))
  func `two renderings are compared by language as the README shows`() throws {
    let example = try ExampleFolder("renderings")
    let commands = try example.commands
    #expect(commands.count >= 8)
    for command in commands {
      let difference = try example.difference(command)
      #expect(difference == nil, "\(difference ?? "")")
    }
  }

  @Test func `the least use of energy is found at the planted 16.5 °C`() throws {
    let example = try ExampleFolder("temperature")
    _ = try example.run("python3 make.py --seed 1 >energy.csv")
    let found = try JSONValue(
      parsing: example.run(
        "tare smooth energy.csv --x temperature --y energy --turning-points --frac 0.3 --json"))
    #expect(found["rows"] == 1461)
    let clear = (found["turning_points"]?.array ?? []).filter { $0["clear"] == true }
    #expect(clear.map { $0["kind"]?.string } == ["minimum"])
    let interval = clear.first?["interval"]?.array?.compactMap(\.double) ?? []
    try #require(interval.count == 2)
    #expect(interval[0] <= 16.5 && 16.5 <= interval[1])
  }

  @Test func `four countries have their least emissions where it was planted, and differ`() throws {
    let example = try ExampleFolder("emissions")
    _ = try example.run("python3 make.py --seed 4 >emissions.csv")
    let found = try JSONValue(
      parsing: example.run(
        """
        tare smooth emissions.csv --x temperature --y co2 --by country --turning-points \
        --detrend date --frac auto --bootstrap 200 --json
        """))
    let turns = found["group_turning_points"]
    let groups = turns?["groups"]?.array ?? []
    #expect(groups.map { $0["value"]?.string } == ["Alba", "Boria", "Corva", "Delva"])
    for (group, planted) in zip(groups, [16.5, 18.7, 14.9, 18.4]) {
      let ends = group["interval"]?.array?.compactMap(\.double) ?? []
      try #require(ends.count == 2)
      #expect(ends[0] <= planted && planted <= ends[1], "\(group)")
      #expect(ends[1] - ends[0] < 4)
    }
    #expect((turns?["p"]?.double ?? 1) < 0.05)
    let pair = turns?["differences"]?.array?.first {
      $0["first"] == "Corva" && $0["second"] == "Delva"
    }
    let ends = pair?["interval"]?.array?.compactMap(\.double) ?? []
    try #require(ends.count == 2)
    #expect(ends[0] > 0 && ends[0] <= 3.5 && 3.5 <= ends[1], "\(ends)")
  }

  /// 80 seeds. Where the true coverage is 90% or more, fewer than 61 are covered with a probability
  /// below 1e-4 (binomial); where it is 50%, 61 or more with one below 2e-6. A fifth of the usual
  /// resamples, to be quick.
  ///
  /// Intervals that cover because they are wide would say nothing: the days span 33 °C, and a mean
  /// width of a quarter of that is no finding.
  @Test func `the interval covers the planted minimum as often as it says`() throws {
    let example = try ExampleFolder("temperature")
    let printed = try example.run("python3 coverage.py --seeds 80 --frac 0.3 --bootstrap 200")
    let lines = printed.split(separator: "\n")
    try #require(lines.count == 2)
    // frac, degree, seeds, clear, covered, median minimum, mean width
    let numbers = lines[1].split(separator: " ").compactMap { Double($0) }
    try #require(numbers.count == 7)
    #expect(numbers[2] == 80)
    #expect(numbers[4] >= 61, "\(printed)")
    #expect(numbers[6] < 33 / 4, "\(printed)")
  }

  /// What the model would say without its bias (`fair`) is as good as a correction can make it, but for
  /// chance. At least half of the way there must be made, and the change must be beyond its noise: the
  /// paired 95% interval over videos holds no 0.
  ///
  /// That is asked of k = 5 and 10. At k = 1 a video has one clip, a precision's standard error over 60
  /// videos is √(0.25 / 60) = 0.065, and the gain to be seen is hardly twice that.
  @Test(arguments: ["csv", "jsonl"])
  func `precision at k is better after calibration`(format: String) throws {
    let example = try ExampleFolder("clips")
    _ = try example.run("python3 make.py >clips.csv; python3 make.py --jsonl >clips.jsonl")
    let columns = "--group video --top 10"
    _ = try example.run(
      """
      set -e
      tare calibrate clips.\(format) --covariate duration --group video --save d.json -o out.\(format)
      tare rank clips.\(format) \(columns) -o before.jsonl
      tare rank clips.\(format) \(columns) --calibration d.json -o after.jsonl
      tare rank clips.\(format) \(columns) --score fair -o fair.jsonl
      tare rank out.\(format) \(columns) --score calibrated -o same.jsonl
      cmp after.jsonl same.jsonl
      """)
    let printed = try example.run(
      "python3 precision_at_k.py clips.csv before.jsonl after.jsonl fair.jsonl")
    // k, ranking, precision, low, to, high; then change, low, to, high
    let rows = printed.split(separator: "\n").dropFirst()
      .map { $0.split(separator: " ").map(String.init) }
    #expect(rows.map(\.count) == [6, 10, 10, 6, 10, 10, 6, 10, 10])
    for k in ["5", "10"] {
      let all = rows.filter { $0[0] == k }
      let gain = all.filter { $0.count == 10 }.map { Double($0[6]) ?? .nan }
      try #require(gain.count == 2)
      #expect(gain[0] >= gain[1] / 2, "\(printed)")
      #expect((Double(all[1][7]) ?? 0) > 0, "\(printed)")
    }
  }
}
