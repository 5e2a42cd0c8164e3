/// `tare evaluate --benchmark clips` as a user calls it.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct EvaluateClipsCommandTests {
  private let folder: TemporaryFolder
  private let segments: String
  private let clips: String

  /// Two videos with one segment each. The best raw score is a wrong clip; calibrated, the right ones are
  /// first.
  init() throws {
    folder = try TemporaryFolder()
    segments = try folder.file(
      "segments.jsonl",
      Data(
        """
        {"video": "a", "range": [0, 100], "segments": [[10, 20]]}
        {"video": "b", "range": [0, 100], "segments": [[50, 70]]}

        """.utf8))
    clips = try folder.file(
      "clips.csv",
      Data(
        """
        video,start,duration,score,calibrated
        a,10,10,1,3
        a,80,10,3,0
        b,50,20,2,2

        """.utf8))
  }

  private func evaluate(_ arguments: [String]) throws -> JSONValue {
    let result = try Program.run(
      ["evaluate", "--benchmark", "clips", "--bootstrap", "100", "--json"] + arguments)
    try #require(result.status == 0, "\(result.error)")
    return try JSONValue(parsing: result.output)
  }

  private func value(_ model: JSONValue?, _ place: Int) -> Double? {
    model?["average_precision"]?["thresholds"]?.array?[place]["value"]?.double
  }

  @Test func `raw and calibrated scores are evaluated and compared`() throws {
    let found = try evaluate([clips, "--segments", segments])
    let models = found["models"]?.array ?? []
    #expect(models.count == 2)
    // Precision 1/2 at recall 1/2, 2/3 at recall 1: two thirds at both, the best at or above.
    #expect(abs((value(models.first, 0) ?? 0) - 2.0 / 3) < 1e-12)
    #expect(value(models.last, 9) == 1)
    let change = found["comparisons"]?.array?.first?["difference"]?["mean"]?["value"]?.double
    #expect(abs((change ?? 0) - 1.0 / 3) < 1e-12)
    let text = try Program.run(
      ["evaluate", "--benchmark", "clips", clips, "--segments", segments, "--bootstrap", "100"])
    let line = text.output.split(separator: "\n").joined(separator: " ")
    #expect(line.contains("clips.csv, raw: 3 clips of 2 videos, 2 chosen segments."))
    #expect(text.output.contains("0.50  66.67"), "\(text.output)")
  }

  @Test func `segments may be a table, and other files are compared on the same videos`() throws {
    let table = try folder.file(
      "segments.csv", Data("video,start,end\na,10,20\nb,50,70\n".utf8))
    let worse = try folder.file(
      "worse.csv", Data("video,start,end,score\na,10,20,1\nb,0,9,2\n".utf8))
    let found = try evaluate([worse, "--against", clips, "--segments", table])
    #expect(value(found["models"]?.array?.first, 0) == 0.25)
    let difference = found["comparisons"]?.array?.first
    #expect(difference?["second"]?.string?.hasSuffix("worse.csv, raw") == true)
    #expect(difference?["first"]?.string?.hasSuffix("clips.csv, calibrated") == true)
    #expect(difference?["difference"]?["mean"]?["value"]?.double == -0.75)
  }

  @Test func `wrong spans, unknown videos and missing segments are refused by name`() throws {
    func error(_ arguments: [String]) throws -> (Int32, String) {
      let result = try Program.run(["evaluate", "--benchmark", "clips"] + arguments)
      return (result.status, result.error)
    }
    let backwards = try folder.file(
      "backwards.csv", Data("video,start,end,score\na,20,10,1\n".utf8))
    let (code, text) = try error([backwards, "--segments", segments])
    #expect(code == 65)
    #expect(text.contains("line 2") && text.contains("'end'"), "\(text)")
    let other = try folder.file("other.csv", Data("video,start,end,score\nz,1,10,1\n".utf8))
    let unknown = try error([other, "--segments", segments])
    #expect(unknown.0 == 65 && unknown.1.contains("'z'"), "\(unknown.1)")
    #expect(try error([clips]).0 == 64)
    let broken = try folder.file(
      "broken.jsonl", Data(#"{"video": "a", "segments": [[5, 3]]}"#.utf8))
    #expect(try error([clips, "--segments", broken]).0 == 65)
    let empty = try folder.file("empty.jsonl", Data(#"{"video": "a", "segments": []}"#.utf8))
    let none = try error([clips, "--segments", empty])
    #expect(none.0 == 65 && none.1.contains("no segment"), "\(none.1)")
  }
}
