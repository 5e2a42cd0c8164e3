import Foundation
import TareCore
import TareFormats
import Testing

@Suite struct SkippedRowsTests {
  /// The scores that are left of a table, and what was skipped.
  private func read(
    _ bytes: [UInt8], _ change: (inout ScoreColumns) -> Void = { _ in }
  ) throws -> (scores: [Double], skipped: SkippedRows, text: String) {
    var columns = ScoreColumns()
    change(&columns)
    let table = try readTable(Data(bytes), name: "in", skipsBadRows: true)
    var skipped = table.skipped
    let good = try ScoreTable.goodRows(of: table, columns: columns, counting: &skipped)
    let scores = try ScoreTable(good, columns: columns).responses.map(\.score)
    return (scores, skipped, String(decoding: try good.data(), as: UTF8.self))
  }

  @Test func `bad lines of JSON Lines are left out and counted`() throws {
    let text = """
      {"id":"a","score":1,
      {"id":"a","score":1,"length":3}
      {"id":"a","score":NaN,"length":3}
      {"id":"a","length":3}
      {"id":"a","score":2,"length":"x"}
      7
      {"score":2,"length":30}
      {"id":"b","score":2,"length":30}

      """
    let bytes =
      Array(text.utf8) + Array("{\"id\":\"".utf8) + [0xFF] + Array("\",\"score\":1}\n".utf8)
    let (scores, skipped, kept) = try read(bytes) { $0.covariates = ["length"] }
    #expect(scores == [1, 2])
    #expect(skipped.lines == [1, 3, 4, 5, 6, 7, 9])
    #expect(
      skipped.kinds == [.brokenJSON: 2, .notFinite: 1, .noNumber: 2, .noID: 1, .brokenUTF8: 1])
    #expect(
      kept == """
        {"id":"a","score":1,"length":3}
        {"id":"b","score":2,"length":30}

        """)
  }

  @Test func `a pair is left out where one of its scores is bad`() throws {
    let text = """
      id,score_chosen,score_rejected
      a,1,2
      b,3,
      c,inf,4
      d,5,6

      """
    let (scores, skipped, kept) = try read(Array(text.utf8))
    #expect(scores == [1, 2, 5, 6])
    #expect(skipped.kinds == [.noNumber: 1, .notFinite: 1])
    #expect(skipped.lines == [3, 4])
    #expect(kept == "id,score_chosen,score_rejected\na,1,2\nd,5,6\n")
  }

  @Test func `rows of an array are counted by their number`() throws {
    let text =
      #"[{"score":1,"role":"chosen"},{"score":2,"role":"x"},{"score":"x","role":"chosen"}]"#
    let (scores, skipped, _) = try read(Array(text.utf8))
    #expect(scores == [1])
    #expect(skipped.kinds == [.noLabel: 1, .noNumber: 1])
    #expect(skipped.lines == [2, 3])
  }

  @Test func `where no row is good the first one's fault is told`() throws {
    let error = #expect(throws: TareError.self) {
      _ = try read(Array("score\nx\nnan\n".utf8))
    }
    #expect(
      error?.description == "in, line 2, column 'score': expected a finite number, found 'x'")
  }
}
