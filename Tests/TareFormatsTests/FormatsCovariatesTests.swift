import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// Covariates of score files: columns, or counted on the texts.
@Suite struct FormatsCovariatesTests {
  private func read(_ text: String, _ names: String...) throws -> ScoreTable {
    var columns = ScoreColumns()
    columns.covariates = names
    return try ScoreTable(try readTable(Data(text.utf8), name: "in"), columns: columns)
  }

  private func values(_ table: ScoreTable, _ name: String) -> [Double?] {
    table.responses.map { $0.covariates[name] }
  }

  @Test func `a covariate is counted on the response's text`() throws {
    let rows = """
      {"prompt":"Hi?","score":1,"response":"# A\\n- b 1\\n"}
      {"prompt":[{"role":"system","content":"ab"},{"role":"user","content":"é"}],"score":2,"response":""}
      """
    let table = try read(rows, "words", "headers", "list_items", "digits", "lines", "prompt_length")
    #expect(values(table, "words") == [5, 0])
    #expect(values(table, "headers") == [1, 0])
    #expect(values(table, "list_items") == [1, 0])
    #expect(values(table, "digits") == [1, 0])
    #expect(values(table, "lines") == [2, 0])
    #expect(values(table, "prompt_length") == [3, 3])
    #expect(
      table.covariates.map(\.name)
        == ["words", "headers", "list_items", "digits", "lines", "prompt_length"])
    #expect(table.covariates[0] == .computed(Words.self))
  }

  @Test(arguments: [
    "score,instruction,output\n1,Say it.,a b c\n",
    #"{"score":1,"instruction":"Say it.","output":"a b c"}"#,
    #"{"score":1,"messages":[{"role":"user","content":"Say it."},{"role":"assistant","content":"a b c"}]}"#,
    #"[{"score":1,"prompt":"Say it.","response":[{"role":"assistant","content":"a b c"}]}]"#,
    "score,messages\n1,\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"Say it.\"\"},"
      + "{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"a b c\"\"}]\"\n",
  ])
  func `texts are read in every form that score reads`(text: String) throws {
    let table = try read(text, "words", "prompt_length")
    #expect(values(table, "words") == [3])
    #expect(values(table, "prompt_length") == [7])
  }

  @Test func `a column of that name counts before the text`() throws {
    let table = try read(#"{"score":1,"words":9,"length":8,"response":"a b"}"#, "words", "length")
    #expect(table.responses[0].covariates == ["words": 9, "length": 8])
    #expect(table.covariates == [.column("words"), .length])
    let counted = try read(#"{"score":1,"length":8,"response":"a b"}"#, "characters")
    #expect(counted.responses[0].covariates == ["characters": 3])
  }

  @Test func `the tokens of tare's own output are those of the store`() throws {
    let own = try read(#"{"id":"a","score":1,"tokens":9,"length":4,"read_at":8}"#, "tokens")
    #expect(own.covariates == [.computed(Tokens.self)])
    #expect(try read("score,tokens\n1,2\n", "tokens").covariates == [.column("tokens")])
  }

  @Test func `pairs are counted side by side`() throws {
    let rows = #"""
      {"id":"a","prompt":"q","scores_chosen":[1],"scores_rejected":[0,2],"chosen":"**a** b","rejected":["c","d e f"],"n":5}
      {"id":"b","prompt":"qq","scores_chosen":1,"scores_rejected":[0],"chosen":[{"role":"assistant","content":"g"}],"rejected":"","n":6}
      """#
    let table = try read(rows, "words", "bold", "prompt_length", "n")
    #expect(values(table, "words") == [2, 1, 3, 1, 0])
    #expect(values(table, "bold") == [1, 0, 0, 0, 0])
    #expect(values(table, "prompt_length") == [1, 1, 1, 2, 2])
    // A number of the row is that of each of its responses.
    #expect(values(table, "n") == [5, 5, 5, 6, 6])
    #expect(table.covariates[0] == .computed(Words.self))
  }

  @Test func `prompt and response in one text are another covariate`() throws {
    let row =
      #"{"id":"a","scores_chosen":1,"scores_rejected":0,"text_chosen":"a b","text_rejected":"c"}"#
    let table = try read(row, "words", "length")
    #expect(values(table, "words") == [2, 1])
    #expect(table.covariates[0].name == "words")
    #expect(table.covariates[0] != .computed(Words.self))
    #expect(table.covariates[0].definition.contains("prompt and response together"))
    #expect(table.covariates[1] == .computedOnWholeTexts(Length.self))
  }

  @Test func `JudgeBench's texts are counted, its question too`() throws {
    let row =
      #"{"pair_id":"x","source":"law","question":"Why?","response_A":"a b","response_B":"c","#
      + #""label":"B>A","judgments":[{"judgment":{"scores":[5.5,1]}}]}"#
    let table = try read(row, "words", "prompt_length")
    #expect(values(table, "words") == [2, 1])
    #expect(values(table, "prompt_length") == [4, 4])
  }

  @Test(arguments: [
    (
      "score,a\n1,2\n", "words",
      "in: expected a column 'words', 'response', 'completion', 'output', 'answer', 'messages', found "
        + "no column 'words' and no text to compute it from; the columns are 'score', 'a'"
    ),
    (
      "score,a\n1,2\n", "prompt_length",
      "in: expected a column 'prompt_length', 'prompt', 'instruction', 'question', found no column "
        + "'prompt_length' and no text to compute it from; the columns are 'score', 'a'"
    ),
    (
      #"{"score":1,"response":"a"}"#, "prompt_length",
      "in, line 1, column 'prompt': expected a string or a list of messages, found no such column, and no prompt in 'response'"
    ),
    (
      #"{"score":1,"response":"a"}"#, "wrods",
      "in: expected one of 'score', 'response', or computed from the text: length, characters, words, "
        + "lines,…, found no column 'wrods'"
    ),
    (
      #"{"score":1,"response":7}"#, "words",
      "in, line 1, column 'response': expected a string or a list of messages…, found a number"
    ),
    (
      #"{"score":1,"words":[1,2],"response":"a"}"#, "words",
      "in, line 1, column 'words': expected 1, as many as 'score' has, found 2 values"
    ),
    (
      #"{"score":1,"words":"many","response":"a"}"#, "words",
      "in, line 1, column 'words': expected a finite number, found 'many'"
    ),
    (
      #"{"score_chosen":1,"score_rejected":0,"words_chosen":1,"chosen":"a","rejected":"b"}"#,
      "words", "in: expected …, found no column 'words_rejected'"
    ),
    (
      #"{"scores_chosen":[1,2],"scores_rejected":0,"chosen":"a","rejected":"b"}"#, "words",
      "in, line 1, column 'chosen': expected 2, as many as 'scores_chosen' has, found 1 values"
    ),
  ])
  func `what cannot be come by is named with what there is`(
    text: String, name: String, message: String
  ) {
    let error = #expect(throws: TareError.self) { try read(text, name) }
    #expect(error?.description.begins(message) == true, "\(error?.description ?? "")")
    #expect(error?.exitCode == 65)
  }

  @Test func `a length that cannot be used is told of`() throws {
    let rows = "prompt_id,score,label,length\na,2,1,10\na,1,0,n/a\n"
    func table(_ text: String) throws -> ScoreTable {
      var columns = ScoreColumns()
      columns.optionalCovariates = ["length"]
      return try ScoreTable(readTable(Data(text.utf8), name: "in"), columns: columns)
    }
    let found = try table(rows)
    #expect(found.covariates.isEmpty)
    #expect(found.notes.count == 1)
    #expect(found.notes.first?.shows("line 3, column 'length': expected …, found 'n/a'") == true)
    #expect(try table("prompt_id,score,label\na,2,1\n").notes.isEmpty)
  }
}
