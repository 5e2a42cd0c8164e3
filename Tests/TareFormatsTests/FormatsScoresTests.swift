import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct FormatsScoresTests {
  private func read(
    _ text: String, format: String? = nil, _ change: (inout ScoreColumns) -> Void = { _ in }
  ) throws -> ScoreTable {
    var columns = ScoreColumns()
    change(&columns)
    return try ScoreTable(
      try readTable(Data(text.utf8), name: "in", format: format), columns: columns)
  }

  private func written(
    _ table: ScoreTable, _ name: String, _ values: [Double]
  ) throws -> String {
    String(decoding: try table.data(adding: [(name, values)]), as: UTF8.self)
  }

  private let csv = """
    prompt_id,score,length,gold,subset
    a,1.5,10,1,easy
    a,-2,20,0,easy
    b,3e-1,5,1,

    """

  // MARK: - A response a row

  @Test func `a CSV row becomes a response with its covariates`() throws {
    let table = try read(csv) { $0.covariates = ["length"] }
    #expect(
      Array(table.responses) == [
        ScoredResponse(
          promptID: "a", index: 0, role: .chosen, score: 1.5, covariates: ["length": 10],
          subset: "easy", label: 1),
        ScoredResponse(
          promptID: "a", index: 1, role: .rejected, score: -2, covariates: ["length": 20],
          subset: "easy", label: 0),
        ScoredResponse(
          promptID: "b", index: 0, role: .chosen, score: 0.3, covariates: ["length": 5], label: 1),
      ])
  }

  @Test func `tare's own output is read back`() throws {
    let table = try read(
      """
      {"id":"a","role":"chosen","index":0,"score":1.25,"tokens":9,"length":4,"section":"Chat"}
      {"id":"a","role":"rejected","index":1,"score":-1,"tokens":8,"length":3,"section":"Chat"}
      {"id":7,"role":"response","index":0,"score":0,"tokens":8,"length":3}
      """
    ) { $0.covariates = ["tokens", "length"] }
    #expect(table.responses.map(\.promptID) == ["a", "a", "7"])
    #expect(table.responses.map(\.role) == [.chosen, .rejected, .response])
    #expect(table.responses.map(\.index) == [0, 1, 0])
    #expect(table.responses[0].covariates == ["tokens": 9, "length": 4])
    #expect(table.responses.map(\.section) == ["Chat", "Chat", nil])
  }

  @Test func `columns are chosen by name`() throws {
    let text = "q,s,better\n1,0.5,True\n1,0.25,False\n"
    let table = try read(text) {
      $0.score = "s"
      $0.group = "q"
      $0.label = "better"
    }
    #expect(table.responses.map(\.promptID) == ["1", "1"])
    #expect(table.responses.map(\.role) == [.chosen, .rejected])
  }

  @Test func `a gold score that is a grade gives labels and no roles`() throws {
    let table = try read("prompt_id,score,gold\na,1,4.5\na,2,0\n")
    #expect(table.responses.map(\.role) == [.response, .response])
    #expect(table.responses.map(\.label) == [4.5, 0])
    #expect(try table.table.numbers(in: "gold") == [4.5, 0])
  }

  @Test func `rows without an id are prompts of their own`() throws {
    #expect(try read("score\n1\n2\n").responses.map(\.promptID) == ["row-1", "row-2"])
  }

  @Test func `positions belong to the id, not to a wider group`() throws {
    let rows = """
      {"id":"x","prompt_id":"p","index":0,"score":1}
      {"id":"y","prompt_id":"p","index":0,"score":2}
      """
    #expect(try read(rows).responses.map(\.index) == [0, 1])
    #expect(try read(rows) { $0.group = "id" }.responses.map(\.promptID) == ["x", "y"])
  }

  @Test func `length is counted where only the text is there`() throws {
    let table = try read(#"{"score":1,"response":"e\u0301😀"}"#) { $0.covariates = ["length"] }
    #expect(table.responses[0].covariates == ["length": 3])
  }

  // MARK: - Pairs

  @Test func `pair rows hold numbers or lists`() throws {
    let table = try read(
      """
      {"id":"a","subset":"s","scores_chosen":1.5,"scores_rejected":[0.5],"text_chosen":"xy","text_rejected":"z"}
      {"id":"b","subset":"s","scores_chosen":[[2]],"scores_rejected":[0,-1],"text_chosen":["q"],"text_rejected":["","zz"]}
      """
    ) { $0.covariates = ["length"] }
    #expect(table.responses.map(\.score) == [1.5, 0.5, 2, 0, -1])
    #expect(table.responses.map(\.role) == [.chosen, .rejected, .chosen, .rejected, .rejected])
    #expect(table.responses.map(\.index) == [0, 1, 0, 1, 2])
    #expect(table.responses.map { $0.covariates["length"] } == [2, 1, 1, 0, 2])
    let lines = try written(table, "calibrated", [1, 2, 3, 4, 5]).split(separator: "\n")
    #expect(lines[0].hasSuffix(#""z","calibrated_chosen":1.0,"calibrated_rejected":[2.0]}"#))
    #expect(lines[1].hasSuffix(#","calibrated_chosen":[3.0],"calibrated_rejected":[4.0,5.0]}"#))
  }

  @Test func `what was written for pairs is read under its name`() throws {
    let rows =
      #"{"id":"a","score_chosen":1,"score_rejected":2,"length_chosen":3,"length_rejected":4}"#
    let first = try read(rows) { $0.covariates = ["length"] }
    let second = try read(written(first, "calibrated", [8, 9])) { $0.score = "calibrated" }
    #expect(second.responses.map(\.score) == [8, 9])
  }

  @Test func `JudgeBench's scores are those of the first judgement`() throws {
    let row =
      #"{"pair_id":"x","source":"law","response_A":"aaa","response_B":"b","label":"B>A","#
      + #""judgments":[{"judgment":{"scores":[5.5,1]}},{"judgment":{"scores":[1,5.5]}}]}"#
    let table = try read(row) { $0.covariates = ["length"] }
    #expect(table.responses.map(\.score) == [5.5, 1])
    #expect(table.responses.map(\.role) == [.rejected, .chosen])
    #expect(table.responses.map { $0.covariates["length"] } == [3, 1])
    #expect(table.responses.map(\.subset) == ["law", "law"])
    let text = try written(table, "calibrated", [2, 4])
    #expect(text.hasSuffix(#"]}}],"calibrated":[2.0,4.0]}"# + "\n"))
    #expect(try read(text) { $0.score = "calibrated" }.responses.map(\.score) == [2, 4])
  }

  @Test func `RewardBench's lists are read as rows and written as lists`() throws {
    let file = #"""
      {"model":"m","id":[1,2],"subset":["s","t"],"scores_chosen":[[1],[2]],"scores_rejected":[[0],[3]],
      "text_chosen":["ab","c"],"text_rejected":["","d"],"results":[1,0]}
      """#
    for text in [file, file.replacing("\n", with: "")] {
      let table = try read(text) { $0.covariates = ["length"] }
      #expect(table.responses.map(\.score) == [1, 0, 2, 3])
      #expect(table.responses.map(\.promptID) == ["1", "1", "2", "2"])
      #expect(table.responses.map { $0.covariates["length"] } == [2, 0, 1, 1])
      let again = try JSONValue(parsing: written(table, "calibrated", [4, 5, 6, 7]))
      #expect(again["model"] == "m")
      #expect(again["scores_rejected"]?.text() == "[[0],[3]]")
      #expect(again["calibrated_chosen"]?.text() == "[[4.0],[6.0]]")
    }
  }

  @Test func `RewardBench 2's lists hold the correct responses first`() throws {
    let file = #"""
      {"model":"m","id":["a","b"],"subset":["Math","Ties"],"num_correct":[1,2],"results":[1,null],
      "scores":[[1,[0.5]],[3,2,1]],"text":[["x","yy"],["","z","zzz"]]}
      """#
    let table = try read(file) { $0.covariates = ["length"] }
    #expect(table.responses.map(\.score) == [1, 0.5, 3, 2, 1])
    #expect(table.responses.map(\.role) == [.chosen, .rejected, .chosen, .chosen, .rejected])
    #expect(table.responses.map { $0.covariates["length"] } == [1, 2, 0, 1, 3])
    let again = try JSONValue(parsing: written(table, "calibrated", [1, 2, 3, 4, 5]))
    #expect(again["calibrated"]?.text() == "[[1.0,2.0],[3.0,4.0,5.0]]")
    #expect(again["results"]?.text() == "[1,null]")
  }

  @Test func `RM-Bench's results are pairs of three`() throws {
    let table = try read(
      #"[{"id":1,"chosen":["a","bb","ccc"],"rejected":["","d","ee"],"#
        + #""score_chosen":[1,2,3],"score_rejected":[4,5,6]}]"#
    ) { $0.covariates = ["length"] }
    #expect(table.responses.map(\.score) == [1, 2, 3, 4, 5, 6])
    #expect(table.responses.map { $0.covariates["length"] } == [1, 2, 3, 0, 1, 2])
  }

  // MARK: - Written as it was read

  @Test func `untouched cells keep their bytes`() throws {
    let text = "id,note,score\r\n\"x\",\"say \"\"a, b\"\"\",1.50\r\ny,\"line\nbreak\",+2e0\r\n"
    let table = try read(text)
    #expect(
      try written(table, "bias, all", [0.5, -1])
        == "id,note,score,\"bias, all\"\r\n\"x\",\"say \"\"a, b\"\"\",1.50,0.5\r\n"
        + "y,\"line\nbreak\",+2e0,-1.0\r\n")
    #expect(try table.table.data() == Data(text.utf8))
  }

  @Test func `lines keep their text`() throws {
    let text = """
      {"id": "a",  "score": 1.50, "k": {"x": [1 , 2]} }
      { }

      """
    let table = try readTable(Data(text.utf8), name: "in")
    #expect(try table.data() == Data(text.utf8))
    let column = TableColumn(name: "c", values: [1, .null])
    #expect(
      String(decoding: try table.data(adding: [column]), as: UTF8.self)
        == "{\"id\": \"a\",  \"score\": 1.50, \"k\": {\"x\": [1 , 2]} ,\"c\":1}\n{ \"c\":null}\n")
  }

  @Test func `a column that is there already is replaced`() throws {
    let text = "calibrated,score\n7,1\n8,2\n"
    #expect(try written(read(text), "calibrated", [0, 9]) == "calibrated,score\n0.0,1\n9.0,2\n")
    let lines = "{\"calibrated\":7,\"score\":1}\n"
    #expect(try written(read(lines), "calibrated", [3]) == "{\"calibrated\":3.0,\"score\":1}\n")
  }

  @Test func `an array stays an array`() throws {
    let text = #"[{"score":1,"id":"a"}]"#
    let again = try JSONValue(parsing: written(try read(text), "bias", [2]))
    #expect(again.text() == #"[{"score":1,"id":"a","bias":2.0}]"#)
  }

  // MARK: - Several runs in one table

  private let mixed = "rm,prompt_id,score\nA,1,0\nB,1,5\nA,2,1\nB,2,6\n"

  @Test func `the scores of two reward models are not mixed`() throws {
    let error = #expect(throws: TareError.self) { try read(mixed) }
    #expect(error?.description.begins("in, column 'rm': expected …, found 2 ('A', 'B')") == true)
    #expect(try read(mixed) { $0.runs = [] }.responses.count == 4)
  }

  @Test func `one run is chosen, or each taken by itself and joined again`() throws {
    let table = try readTable(Data(mixed.utf8), name: "in")
    let chosen = try ScoreTable(try table.matching(["rm": "B"]))
    #expect(chosen.responses.map(\.score) == [5, 6])
    #expect(
      try written(chosen, "x", [1, 2]) == "rm,prompt_id,score,x\nB,1,5,1.0\nB,2,6,2.0\n")
    let parts = try table.grouped(by: "rm")
    #expect(parts.map(\.value) == ["A", "B"])
    let columns = try parts.map { part in
      let scores = try ScoreTable(part.table)
      return (part.table, scores.columns("x", scores.responses.map { $0.score * 10 }))
    }
    let text = String(decoding: try table.data(adding: table.joined(columns)), as: UTF8.self)
    #expect(text == "rm,prompt_id,score,x\nA,1,0,0.0\nB,1,5,50.0\nA,2,1,10.0\nB,2,6,60.0\n")
    let missing = #expect(throws: TareError.self) { try table.matching(["rm": "C"]) }
    #expect(
      missing?.description == "in, column 'rm': expected one of 'A', 'B', found no row with 'C'")
  }

  // MARK: - What is refused

  @Test(arguments: [
    (
      "prompt_id,score\na,1\nb,nan",
      "in, line 3, column 'score': expected a finite number, found 'nan'"
    ),
    ("prompt_id,score\na,inf", "in, line 2, column 'score': expected …, found 'inf'"),
    ("prompt_id,score\na,1e999", "in, line 2, column 'score': expected …, found '1e999'"),
    ("prompt_id,score\na,0x1p3", "in, line 2, column 'score': expected …, found '0x1p3'"),
    ("prompt_id,score\na,1 2", "in, line 2, column 'score': expected …, found '1 2'"),
    ("prompt_id,score\na,", "in, line 2, column 'score': expected …, found an empty cell"),
    ("prompt_id,score\n,1", "in, line 2, column 'prompt_id': expected …, found no value"),
    (
      "prompt_id,s\na,1",
      "in: expected a column of scores, found no column 'score'; the columns are 'prompt_id', 's'"
    ),
    ("{\"score\":1}\n\n{\"score\":null}", "in, line 3, column 'score': expected …, found null"),
    ("{\"score\":1}\n{\"x\":1}", "in, line 2, column 'score': expected …, found null"),
    (#"{"score":"1x"}"#, "in, line 1, column 'score': expected …, found '1x'"),
    (#"{"score":true}"#, "in, line 1, column 'score': expected …, found a boolean"),
    (#"{"score":1,"id":[1]}"#, "in, line 1, column 'id': expected …, found an array"),
    (
      #"{"score":1,"role":"best"}"#, #"in, line 1, column 'role': expected "chosen"…, found "best""#
    ),
    (
      "{\"id\":\"a\",\"score\":1,\"index\":0}\n{\"id\":\"a\",\"score\":2,\"index\":0}",
      "in, line 2, column 'index': expected …, found response 0 of 'a' a second time"
    ),
    (
      #"{"scores_chosen":[],"scores_rejected":1}"#,
      "in, line 1, column 'scores_chosen': expected …, found an empty list"
    ),
    (
      #"{"scores_chosen":1,"scores_rejected":"x"}"#,
      "in, line 1, column 'scores_rejected': expected …, found 'x'"
    ),
    (
      "{\"id\":1,\"scores_chosen\":1,\"scores_rejected\":0}\n"
        + "{\"id\":1,\"scores_chosen\":1,\"scores_rejected\":0}",
      "in, line 2, column 'id': expected …, found the id '1' a second time"
    ),
    (
      #"{"id":[1],"scores_chosen":[1],"scores_rejected":[0,1]}"#,
      "in, column 'scores_rejected': expected 1, as many as 'scores_chosen' has, found 2 values"
    ),
    (
      #"{"id":[],"scores_chosen":[],"scores_rejected":[]}"#,
      "in, column 'scores_chosen': expected …, found an empty list"
    ),
    (
      #"{"scores":[1,2],"num_correct":3}"#,
      "in, line 1, column 'num_correct': expected a number from 1 to 2, found 3.0"
    ),
    (
      #"{"scores_chosen":[1,2],"scores_rejected":1,"a_chosen":1,"a_rejected":1,"score":null}"#,
      "in, line 1, column 'score': expected …, found null"
    ),
    (
      #"{"judgments":[],"label":"A>B"}"#,
      "in, line 1, column 'judgments[0].judgment.scores': expected …, found no list"
    ),
    (
      #"{"judgments":[{"judgment":{"scores":[1,2]}}],"label":"C"}"#,
      #"in, line 1, column 'label': expected "A>B" or "B>A", found "C""#
    ),
  ])
  func `a fault is named with its place`(text: String, message: String) {
    let error = #expect(throws: TareError.self) { try read(text) }
    #expect(error?.description.begins(message) == true, "\(error?.description ?? "")")
  }

  @Test func `a covariate that is not there is named with the columns that are`() {
    let error = #expect(throws: TareError.self) {
      try read(csv) { $0.covariates = ["tokens"] }
    }
    #expect(
      error?.description == "in: expected one of 'prompt_id', 'score', "
        + "'length', 'gold', 'subset', found no column 'tokens'")
  }

  @Test(arguments: [
    "prompt_id,score\na,1\n\nb,2\n", "prompt_id,score\na,1\nb,2\n",
    "{\"prompt_id\":\"a\",\"score\":1}\n\n{\"prompt_id\":\"b\",\"score\":2}\n",
  ])
  func `scores without their cells are the same, on the same lines`(text: String) throws {
    let table = try read(text)
    #expect(!table.mayHoldTexts)
    let bare = table.withoutCells
    #expect(bare.responses == table.responses)
    for response in table.responses.indices {
      #expect(bare.place(ofResponse: response) == table.place(ofResponse: response))
    }
    #expect(throws: TareError.self) { try bare.data(adding: []) }
    #expect(try read("prompt,response,score\nq,a,1\nq,b,2\n").mayHoldTexts)
  }

  @Test func `blanks around a number do no harm`() throws {
    #expect(try read("score\n 1.5\n\"\t-2 \"\n").responses.map(\.score) == [1.5, -2])
  }
}
