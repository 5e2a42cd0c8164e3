/// Dates, trends and groups in `tare smooth`.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct SmoothGroupsCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ lines: [String]) throws -> String {
    try folder.file(name, Data((lines.joined(separator: "\n") + "\n").utf8))
  }

  private func smooth(_ arguments: [String]) throws -> JSONValue {
    let result = try Program.run(["smooth"] + arguments + ["--json"])
    try #require(result.status == 0, "\(result.error)")
    return try JSONValue(parsing: result.output)
  }

  /// Use falls to the middle of 2020 and rises again; 29 February is a day, and 31 April is none.
  @Test func `a column of dates is an axis of days`() throws {
    let rows = (1...12).flatMap { month in
      [1, 10, 20, 28].map { day in
        let date = "2020-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
        let place = Double(month) + Double(day) / 30
        return "\(date),\((place - 7) * (place - 7) + Double(day % 3) / 10)"
      }
    }
    let days = try file("days.csv", ["date,use"] + rows + ["2020-02-29,17"])
    let found = try smooth([
      days, "--x", "date", "--y", "use", "--turning-points", "--bootstrap", "50", "--frac", "0.4",
      "--at", "2020-03-15,2020-09-15",
    ])
    #expect(found["curve"]?.array?.map { $0["x"]?.string } == ["2020-03-15", "2020-09-15"])
    let turn = found["turning_points"]?.array?.first { $0["clear"] == true }
    let place = try #require(turn?["x"]?.string)
    #expect(("2020-06-15"..."2020-07-15").contains(place), "\(place)")
    let text = try Program.run(["smooth", days, "--x", "date", "--y", "use"])
    #expect(text.output.contains("2020-03"), "\(text.output)")
    #expect(text.output.contains("Slopes are per day"), "\(text.output)")
    let curve = try Program.run(["smooth", days, "--x", "date", "--y", "use", "-o", "-"])
    #expect(curve.output.hasPrefix("x,fitted,se,lower,upper,slope\n2020-01-01,"))
    let wrong = try file("wrong.csv", ["date,use", "2020-04-30,1", "2020-04-31,2"])
    let refused = try Program.run(["smooth", wrong, "--x", "date", "--y", "use"])
    #expect(refused.status == 65)
    #expect(refused.error.contains("line 3") && refused.error.contains("2020-04-31"))
  }

  /// Two groups with minima at 10 and 20, each with a trend over the years that hides them.
  @Test func `a trend is subtracted by group, and turning points are compared`() throws {
    var random = Xoshiro256(seed: 3)
    let rows = [("north", 10.0, 4.0), ("south", 20.0, -3.0)].flatMap { name, place, trend in
      (0..<700).map { row in
        let x = Double.random(in: 0..<30, using: &random)
        let year = Double(row) / 70
        let y = (x - place) * (x - place) / 20 + trend * year
        return "\(name),\(year),\(x),\(y + Double.random(in: -1...1, using: &random))"
      }
    }
    let table = try file("table.csv", ["region,year,x,y"] + rows)
    let common = [
      table, "--x", "x", "--y", "y", "--by", "region", "--turning-points", "--bootstrap", "199",
      "--frac", "0.3",
    ]
    let found = try smooth(common + ["--detrend", "year"])
    #expect(found["detrend"] == "year")
    let turns = found["group_turning_points"]
    #expect(turns?["kind"] == "minimum")
    let groups = turns?["groups"]?.array ?? []
    #expect(groups.map { $0["value"]?.string } == ["north", "south"])
    for (group, place) in zip(groups, [10.0, 20]) {
      let ends = group["interval"]?.array?.compactMap(\.double) ?? []
      try #require(ends.count == 2)
      #expect(ends[0] <= place && place <= ends[1], "\(ends)")
      #expect(ends[1] - ends[0] < 3)
    }
    #expect((turns?["p"]?.double ?? 1) < 0.01)
    let difference = turns?["differences"]?.array?.first
    #expect(difference?["first"] == "north" && difference?["second"] == "south")
    #expect(abs((difference?["difference"]?.double ?? 0) - 10) < 1.5)
    let text = try Program.run(["smooth"] + common + ["--detrend", "year"])
    #expect(text.output.contains("The minima differ by region"), "\(text.output)")
    #expect(text.output.contains("less its curve on year"), "\(text.output)")
  }
}
