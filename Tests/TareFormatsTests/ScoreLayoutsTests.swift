import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// Score files as public projects have them, with numbers of our own.
@Suite struct ScoreLayoutsTests {
  private func read(_ text: String, _ change: (inout ScoreColumns) -> Void = { _ in }) throws
    -> ScoreTable
  {
    var columns = ScoreColumns()
    change(&columns)
    return try ScoreTable(readTable(Data(text.utf8), name: "in"), columns: columns)
  }

  private func failure(_ text: String, _ change: (inout ScoreColumns) -> Void = { _ in }) -> String
  {
    let error = #expect(throws: TareError.self) { try read(text, change) }
    return error?.description ?? ""
  }

  @Test func `RewardMATH's lists hold the right response first`() throws {
    let table = try read(
      #"[{"problem":"p","solution_reference":["a","b","c"],"score":[0.5,2,-1]},{"problem":"q","solution_reference":["a","b"],"score":[1,0]}]"#
    )
    #expect(table.responses.map(\.score) == [0.5, 2, -1, 1, 0])
    // Labels, so that it is a best-of-n.
    #expect(table.responses.map(\.label) == [1, 0, 0, 1, 0])
    #expect(table.responses.allSatisfy { $0.role == .response })
    #expect(table.responses.map(\.promptID) == ["p", "p", "p", "q", "q"])
    let written = String(
      decoding: try table.data(adding: [("calibrated", [1, 2, 3, 4, 5])]), as: UTF8.self)
    #expect(written.contains("\"calibrated\": [\n      1.0,\n      2.0,\n      3.0\n"))
  }

  @Test func `a prompt's scores and labels may stand in lists`() throws {
    let table = try read(
      #"{"prompt":"p","responses":["a","bb","c"],"scores":[0.2,1.1,0.1],"labels":[1,0,0]}"#
    ) { $0.covariates = ["length"] }
    #expect(table.responses.map(\.role) == [.chosen, .rejected, .rejected])
    #expect(table.responses.map { $0.covariates["length"] } == [1, 2, 1])
    #expect(try table.conversations()?.map(\.response) == ["a", "bb", "c"])
    let grades = try read(#"{"prompt":"p","scores":[0.2,1.1],"labels":[3,7]}"#)
    #expect(grades.responses.map(\.label) == [3, 7])
    let plain = try read(#"{"prompt":"p","scores":[0.2,1.1]}"#)
    #expect(plain.responses.map(\.role) == [.response, .response])
    let named = try read(#"{"prompt":"p","logits":[0.2,1.1],"good":["no","yes"]}"#) {
      $0.score = "logits"
      $0.label = "good"
    }
    #expect(named.responses.map(\.role) == [.rejected, .chosen])
    #expect(
      failure(#"{"prompt":"p","scores":[0.2,1.1],"labels":[1]}"#)
        .contains("column 'labels': expected 2, as many as 'scores' has, found 1 values"))
    #expect(
      failure(#"{"prompt":"p","scores":[0.2,1.1],"labels":[1,"perhaps"]}"#)
        .shows("column 'labels': expected …, found 'perhaps'"))
  }

  @Test func `rewards of a pair have either order of words`() throws {
    for row in [
      #"{"prompt":"p","chosen":"a","rejected":"b","chosen_reward":1.2,"rejected_reward":0.3}"#,
      #"{"prompt":"p","chosen":"a","rejected":"b","reward_chosen":1.2,"reward_rejected":0.3}"#,
    ] {
      #expect(try read(row).responses.map(\.score) == [1.2, 0.3])
      #expect(try read(row) { $0.score = "reward" }.responses.map(\.role) == [.chosen, .rejected])
    }
  }

  @Test func `a judge's decisions are counted over its games`() throws {
    let rows = [
      ("A>B", #"{"decision":"A>B"},{"decision":"B>A"}"#),
      ("A>B", #"{"decision":"A>B"},{"decision":"A>B"}"#),
      ("B>A", #"{"decision":"A=B"},{"decision":"A>B"}"#),
      ("B>A", #"{"decision":"A>B"},null"#),
    ].map { label, games in
      "{\"source\":\"mmlu-pro-law\",\"label\":\"\(label)\",\"judgments\":[\(games)]}\n"
    }
    let table = try read(rows.joined())
    // A's score: both won; one each; none and one lost; one won and one that failed.
    #expect(table.responses.map(\.score) == [1, -1, 0, 0, -0.5, 0.5, 0.5, -0.5])
    #expect(table.responses[0].role == .chosen)
    #expect(table.responses[4].role == .rejected)
    #expect(table.responses.map { $0.covariates["first_game"] } == [1, -1, 1, -1, 0, 0, 1, -1])
    #expect(table.responses[0].subset == "mmlu-pro-law")
    #expect(
      failure(#"{"label":"A>B","judgments":[{"decision":"C"}]}"#)
        .shows("column 'judgments[0].decision': expected …, found \"C\""))
  }

  @Test func `results without scores are results`() throws {
    let file =
      #"{"model":"gem","model_type":"Generative RM","chat_template":null,"id":["0","1","2"],"subset":["Math","Math","Ties"],"results":[1,0.25,null],"text":["t","t","t"],"num_correct":[1,1,2]}"#
    let table = try read(file)
    #expect(table.responses.map(\.score) == [1, 0.25])
    #expect(table.responses.map { $0.covariates["result"] } == [1, 1])
    #expect(table.responses.map(\.subset) == ["Math", "Math"])
    #expect(
      failure(file) { $0.covariates = ["length"] }
        .contains("expected scores of the responses, found results only"))
    #expect(try read(#"{"id":"1","results":true}"#).responses.map(\.score) == [1])
    #expect(failure(#"{"id":"1","results":2}"#).contains("from 0 to 1"))
  }

  @Test func `a preference needs neither outputs nor lengths`() throws {
    let table = try read(
      #"{"instruction":"p","generator_1":"base","generator_2":"mine","preference":1.75}"#)
    #expect(table.responses.map(\.score) == [0.25, 0.75])
  }

  @Test func `votes have a score a side, and ties have one grade`() throws {
    let rows =
      #"{"id":"1","score_a":2,"score_b":1,"winner":"model_b"}"# + "\n"
      + #"{"id":"2","score_a":2,"score_b":1,"winner":"tie"}"# + "\n"
    let table = try read(rows)
    #expect(table.responses.map(\.role) == [.rejected, .chosen, .response, .response])
    #expect(table.responses.map(\.label) == [nil, nil, 0.5, 0.5])
    let written = String(decoding: try table.data(adding: [("bias", [1, 2, 3, 4])]), as: UTF8.self)
    #expect(written.contains(#""bias_a":1.0,"bias_b":2.0"#))
    let numbered = try read("prompt,score_1,score_2,label\np,0.5,1.5,2\n")
    #expect(numbered.responses.map(\.role) == [.rejected, .chosen])
    #expect(
      failure(#"{"score_a":2,"score_b":1,"winner":"C"}"#).shows(
        "column 'winner': expected …, found \"C\""))
  }

  @Test func `a score beside a pair's two is no response's`() throws {
    let rows = "id,score,score_chosen,score_rejected\n1,5,2,1\n2,7,0,1\n"
    #expect(try read(rows).responses.map(\.score) == [2, 1, 0, 1])
    let labelled = "id,score,score_chosen,score_rejected,label\n1,5,2,1,1\n1,7,0,1,0\n"
    #expect(try read(labelled).responses.map(\.score) == [5, 7])
    #expect(try read(rows) { $0.score = "score_chosen" }.responses.map(\.score) == [2, 0])
  }

  @Test func `a column of roles that is empty says nothing`() throws {
    let table = try read("prompt_id,score,role,label\na,2,,1\na,1,,0\n")
    #expect(table.responses.map(\.role) == [.chosen, .rejected])
    #expect(
      failure("prompt_id,score,role,label\na,2,chosen,1\na,1,,0\n").contains("column 'role'"))
  }

  @Test func `a pair's columns may begin with the side`() throws {
    let table = try read(
      "id,chosen_score,rejected_score,chosen_length,rejected_length\n1,2,1,30,4\n"
    ) {
      $0.covariates = ["length"]
    }
    #expect(table.responses.map { $0.covariates["length"] } == [30, 4])
  }

  @Test func `names may be numbers, true and false`() throws {
    let rows =
      #"{"prompt_id":1.0,"score":2,"label":1,"ok":true}"# + "\n"
      + #"{"prompt_id":12345678901234567890,"score":1,"label":0,"ok":false}"# + "\n"
    let table = try readTable(Data(rows.utf8), name: "in")
    #expect(
      try ScoreTable(table).responses.map(\.promptID) == ["1", "12345678901234567890"])
    #expect(try table.matching(["ok": "true"]).rows == [0])
    #expect(try table.matching(["prompt_id": "1"]).rows == [0])
  }

  @Test func `a list of steps in a cell of CSV is a list`() throws {
    let table = try read("id,subset,label,steps\na,gsm8k,-1,\"[0.9, 0.8]\"\n")
    #expect(table.responses.first?.steps == [0.9, 0.8])
  }

  @Test func `numbers that may have lost digits name nothing, and 1 and 1.0 name one prompt`()
    throws
  {
    let lost = #"{"prompt_id":1.2345678901234567e18,"score":1,"label":1}"#
    #expect(failure(lost).contains("a number below 2^53"))
    let mixed =
      #"{"prompt_id":1,"score":2,"label":1}"# + "\n"
      + #"{"prompt_id":1.0,"score":1,"label":0}"# + "\n"
    #expect(try read(mixed).responses.map(\.promptID) == ["1", "1"])
  }

  @Test func `a row with a list of examples is a row`() throws {
    let row = #"{"prompt_id":"a","score":1,"examples":[{"x":1},{"x":2}]}"#
    #expect(try readTable(Data(row.utf8), name: "in").rows.count == 1)
    let table =
      #"{"model":"m","results":[{"prompt_id":"a","score":1},{"prompt_id":"a","score":2}]}"#
    #expect(try readTable(Data(table.utf8), name: "in").rows.count == 2)
  }
}
