import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// What columns say of how good responses are.
@Suite struct LabelTests {
  @Test(arguments: [
    ("chosen", "rejected"), ("Chosen", "REJECTED"), ("true", "false"), ("True", "False"),
    ("yes", "no"), (" Yes", "No "), ("won", "lost"), ("correct", "incorrect"), ("good", "bad"),
    ("1", "0"), ("1.0", "0.0"), ("right", "wrong"), ("win", "loss"), ("win", "lose"), ("t", "f"),
  ])
  func `words say better and worse, whatever the column and the format`(
    _ better: String, _ worse: String
  ) throws {
    for column in ["label", "gold", "is_chosen"] {
      let csv = try read("score,\(column)\n1,\(worse)\n2,\(better)\n")
      #expect(csv.responses.map(\.role) == [.rejected, .chosen])
      #expect(csv.responses.map(\.label) == [0, 1])
      let lines = try read(
        #"{"score":1,"\#(column)":"\#(worse)"}"# + "\n" + #"{"score":2,"\#(column)":"\#(better)"}"#)
      #expect(lines.responses.map(\.role) == [.rejected, .chosen])
    }
    let named = try read("score,x\n1,\(worse)\n2,\(better)\n") { $0.label = "x" }
    #expect(named.responses.map(\.role) == [.rejected, .chosen])
  }

  @Test func `JSON's true and false may stand beside 1 and 0`() throws {
    let table = try read("{\"score\":1,\"label\":true}\n{\"score\":2,\"label\":0}")
    #expect(table.responses.map(\.role) == [.chosen, .rejected])
  }

  @Test func `numbers beyond all bounds are no labels`() {
    #expect(throws: TareError.self) { try read("score,label\n1,1e308\n2,0\n") }
    #expect(throws: TareError.self) {
      try read("{\"score\":1,\"label\":1e101}\n{\"score\":2,\"label\":0}")
    }
  }

  @Test func `other numbers are grades, named or not, and make no roles`() throws {
    for label in [nil, "gold"] {
      let table = try read("score,gold\n1,4.5\n2,0\n3,1\n") { $0.label = label }
      #expect(table.responses.map(\.role) == [.response, .response, .response])
      #expect(table.responses.map(\.label) == [4.5, 0, 1])
    }
  }

  @Test func `roles that say nothing leave it to the label`() throws {
    let table = try read("role,score,label\nresponse,1,1\nresponse,2,0\n")
    #expect(table.responses.map(\.role) == [.chosen, .rejected])
    // Whatever stands beside roles that do say it is no label.
    let told = try read("role,score,label\nchosen,1,A>B\nrejected,2,A>B\n")
    #expect(told.responses.map(\.role) == [.chosen, .rejected])
    #expect(told.responses.map(\.label) == [nil, nil])
    let some = try read("role,score,label\nchosen,1,x\nrejected,2,\nresponse,3,0.5\n")
    #expect(some.responses.map(\.label) == [nil, nil, 0.5])
  }

  @Test func `a column of nothing is passed over`() throws {
    let table = try read("score,label,gold\n1,,1\n2, ,0\n")
    #expect(table.responses.map(\.role) == [.chosen, .rejected])
    #expect(try read("score,label\n1,\n2,\n").hasJudgement == false)
    #expect(try read("score,label\n1,maths\n2,law\n") { $0.label = "none" }.hasJudgement == false)
  }

  @Test(arguments: [
    (
      "score,label\n1,chosen\n2,maybe\n",
      "in, line 3, column 'label': expected labels of one kind…, found 'maybe'"
    ),
    (
      "score,label\n1,chosen\n2,0\n",
      "in, line 3, column 'label': expected chosen or rejected…, found '0'"
    ),
    (
      "score,label\n1,4\n2,yes\n",
      "in, line 3, column 'label': expected numbers, as in the rows before, found 'yes'"
    ),
    (
      "score,label\n1,true\n2,4\n",
      "in, line 3, column 'label': expected true or false, as in the rows before, found '4'"
    ),
    (
      "score,label\n1,1\n2,\n",
      "in, line 3, column 'label': expected a label in every row, found no label"
    ),
    ("score,label\n1,\n2,1\n", "in, line 2, column 'label': expected …, found no label"),
    (
      "score,label\n1,A>B\n",
      "in, line 2, column 'label': expected labels of one kind…, found 'A>B'"
    ),
    ("score,gold\n1,nan\n", "in, line 2, column 'gold': expected …, found 'nan'"),
    ("{\"score\":1,\"label\":[1]}", "in, line 1, column 'label': expected …, found '[1]'"),
    (
      "{\"score\":1,\"label\":1}\n{\"score\":1}",
      "in, line 2, column 'label': expected …, found no label"
    ),
  ])
  func `a label that is none is named with its row`(_ text: String, _ message: String) {
    #expect(failure(text).begins(message), "\(failure(text))")
  }

  @Test func `a named column has a label in every row`() {
    #expect(
      failure("score,x\n1,\n2,\n") { $0.label = "x" }
        .begins("in, line 2, column 'x': expected …, found no label"))
    #expect(failure("score\n1\n") { $0.label = "x" }.begins("in: expected …, found no column 'x'"))
  }

  @Test func `rows whose label is none are left out together`() throws {
    let text = "score,label\n1,chosen\n2,4\n3,rejected\nx,chosen\n5,\n6,chosen\n"
    var skipped = SkippedRows()
    let table = try ScoreTable.goodRows(
      of: try readTable(Data(text.utf8), name: "in"), columns: .init(), counting: &skipped)
    #expect(try ScoreTable(table).responses.map(\.score) == [1, 3, 6])
    #expect(skipped.lines == [3, 5, 6])
    #expect(skipped.kinds == [.noLabel: 2, .noNumber: 1])
  }
}
