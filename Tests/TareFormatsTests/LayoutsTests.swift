import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// Rows as public data sets have them, with texts of our own.
@Suite struct LayoutsTests {
  private func read(_ text: String) throws -> [CandidateSet] {
    try readCandidates(Data(text.utf8), name: "in")
  }

  private func one(_ text: String) throws -> CandidateSet { try #require(try read(text).first) }

  private func failure(_ text: String) -> String {
    let error = #expect(throws: TareError.self) { try read(text) }
    return error?.description ?? ""
  }

  /// Roles and texts of a row's responses.
  private func texts(_ set: CandidateSet, _ role: Role) -> [String] {
    set.responses.filter { $0.role == role }.map(\.text)
  }

  // MARK: - All layouts

  @Test(arguments: RowLayouts.examples.map(\.key))
  func `a layout's example is read by it, and has prompt and responses`(key: String) throws {
    let example = try #require(RowLayouts.examples.first { $0.key == key }?.example)
    let page = try FileDescription(Array(example.utf8), name: "in")
    let reading = try #require(page.texts)
    #expect(reading.layout.key == key)
    #expect(reading.problem == nil)
    #expect(!reading.taken.isEmpty)
    let sets = try read(example)
    #expect(sets.allSatisfy { !$0.responses.isEmpty })
    if !key.hasPrefix("rendered") {
      #expect(
        sets[0].prompt.contains { $0.role == "user" && $0.content.contains("2") || key == "alpaca" }
      )
    }
  }

  @Test(arguments: FileFormats.examples.map(\.key).filter { $0 != "parquet" && $0 != "arrow" })
  func `a container's example is recognised`(key: String) throws {
    let example = try #require(FileFormats.examples.first { $0.key == key }?.example)
    let page = try FileDescription(Array(example.utf8), name: "in")
    #expect(page.container.key == key && page.scores?.problem == nil && page.scores != nil)
  }

  @Test(arguments: ScoreLayouts.examples.map(\.key))
  func `a score layout's example is read by it`(key: String) throws {
    let example = try #require(ScoreLayouts.examples.first { $0.key == key }?.example)
    let page = try FileDescription(Array(example.utf8), name: "in")
    let reading = try #require(page.scores)
    #expect(reading.layout.key == key)
    #expect(reading.problem == nil)
    #expect(!reading.rows.isEmpty)
  }

  // MARK: - Pairs

  private static let pairs = [
    // hh-rlhf
    #"{"chosen":"\n\nHuman: 2+2?\n\nAssistant: 4","rejected":"\n\nHuman: 2+2?\n\nAssistant: 5"}"#,
    #"{"prompt":"\n\nHuman: 2+2?\n\nAssistant:","chosen":"4","rejected":"5"}"#,
    // LLaMA-Factory, ShareGPT
    #"{"conversations":[{"from":"human","value":"2+2?"}],"chosen":{"from":"gpt","value":"4"},"rejected":{"from":"gpt","value":"5"}}"#,
    #"{"conversations":[{"from":"human","value":"2+2?"}],"chosen":[{"from":"gpt","value":"4"}],"rejected":"5"}"#,
    #"{"chosen":[{"role":"User","content":"2+2?"},{"role":"bot","content":"4"}],"rejected":[{"role":"human","content":"2+2?"},{"role":"model","content":"5"}]}"#,
    #"{"chosen_messages":[{"role":"user","content":[{"type":"text","value":"2+"},{"type":"text","value":"2?"}]},{"role":"assistant","content":[{"type":"text","value":"4"}]}],"rejected_messages":[{"role":"user","content":[{"type":"text","value":"2+2?"}]},{"role":"assistant","content":[{"type":"text","value":"5"}]}]}"#,
    #"{"query":"2+2?","response":"4","rejected_response":"5"}"#,
    #"{"input":{"messages":[{"role":"user","content":"2+2?"}]},"preferred_output":[{"role":"assistant","content":"4"}],"non_preferred_output":[{"role":"assistant","content":"5"}]}"#,
    #"{"instruction":"2+2?","chosen_response":"4","rejected_response":"5"}"#,
    // RMB
    #"{"conversation_input":[{"role":"user","content":"2+2?"}],"chosen":{"llm_name":"a","answer":"4"},"reject":{"llm_name":"b","answer":"5"}}"#,
    // LLMBar, OffsetBias, AlpacaEval
    #"{"input":"2+2?","output_1":"4","output_2":"5","label":1}"#,
    #"{"instruction":"2+2?","output_1":"5","output_2":"4","label":"2"}"#,
    #"{"instruction":"2+2?","output_1":"5","output_2":"4","preference":1.9}"#,
    // HelpSteer 3 and 2
    #"{"context":[{"role":"user","content":"2+2?"}],"response1":"4","response2":"5","overall_preference":-2}"#,
    #"{"prompt":"2+2?","response_1":"5","response_2":"4","preference_strength":3}"#,
    // PKU-SafeRLHF
    #"{"prompt":"2+2?","response_0":"5","response_1":"4","better_response_id":1,"safer_response_id":0}"#,
    // Arena
    #"{"conversation_a":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"4"}],"conversation_b":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"5"}],"winner":"model_a"}"#,
    #"{"prompt":"[\"2+2?\"]","response_a":"[\"5\"]","response_b":"[\"4\"]","winner_model_a":0,"winner_model_b":1,"winner_tie":0}"#,
    #"{"prompt":"2+2?","response_a":"4","response_b":"5","winner":"A"}"#,
    #"{"orig_instruction":"2+2?","orig_response_A":"5","orig_response_B":"4","orig_preference":"B"}"#,
    #"{"history":"2+2?","human_ref_A":"5","human_ref_B":"4","labels":0}"#,
    #"{"question":{"full_text":"2+2?"},"answer_0":"4","answer_1":"5","score_0":0.5,"score_1":-0.5}"#,
    #"{"info":{"post":"2+2?"},"summaries":[{"text":"5"},{"text":"4"}],"choice":1}"#,
    // E12: prompts under other names
    #"{"instruction":"2+2?","input":"","chosen":"4","rejected":"5"}"#,
    #"{"question":"2+2?","chosen":"4","rejected":"5"}"#,
    #"{"query":"2+2?","chosen":"4","rejected":"5"}"#,
  ]

  @Test(arguments: pairs)
  func `a pair is read from every layout that holds one`(row: String) throws {
    let set = try one(row)
    #expect(set.prompt.map(\.content) == ["2+2?"])
    #expect(set.prompt.map(\.role) == ["user"])
    #expect(texts(set, .chosen) == ["4"])
    #expect(texts(set, .rejected) == ["5"])
    #expect(!set.isTie)
  }

  @Test func `hh-rlhf's turns are the prompt as far as both sides share them`() throws {
    let start = #"\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: 2+2?"#
    let set = try one(
      "{\"chosen\":\"\(start)\\n\\nAssistant: 4\",\"rejected\":\"\(start)\\n\\nAssistant: 5\\nor 6\"}"
    )
    #expect(set.prompt == [.user("Hi"), .assistant("Hello"), .user("2+2?")])
    #expect(set.responses.map(\.text) == ["4", "5\nor 6"])
  }

  @Test func `functions that ShareGPT calls are tool calls`() throws {
    let set = try one(
      #"{"conversations":[{"from":"human","value":"Oslo?"},{"from":"function_call","value":"{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}"},"#
        + #"{"from":"observation","value":"3 C"},{"from":"gpt","value":"Cold."}]}"#)
    let messages = set.conversation(set.responses[0]).messages
    #expect(messages.map(\.role) == ["user", "assistant", "tool", "assistant"])
    #expect(
      messages[1]["tool_calls"]
        == [["type": "function", "function": ["name": "weather", "arguments": ["city": "Oslo"]]]])
    #expect(set.prompt == [.user("Oslo?")])
  }

  @Test func `RMB keeps ids, categories and models`() throws {
    let set = try one(
      #"{"pair_uid":"7","category_path":"Chat","conversation_input":[{"role":"user","content":"2+2?"}],"chosen":{"llm_name":"a","answer":"4"},"reject":{"llm_name":"b","answer":"5"}}"#
    )
    #expect(set.id == "7")
    #expect(set.subset == "Chat")
    #expect(set.extras["models"] == ["a", "b"])
    let best = try one(
      #"{"conversation_input":[{"role":"user","content":"2+2?"}],"bon_best":{"answer":"4"},"loser_list":[{"answer":"5"},{"answer":"6"}]}"#
    )
    #expect(texts(best, .chosen) == ["4"])
    #expect(texts(best, .rejected) == ["5", "6"])
  }

  @Test(arguments: [
    #"{"prompt":"2+2?","response_a":"4","response_b":"5","label":1}"#,
    #"{"prompt":"2+2?","response_a":"4","response_b":"5","winner":0}"#,
    #"{"conversation_a":[{"role":"user","content":"q"},{"role":"assistant","content":"4"}],"conversation_b":[{"role":"user","content":"q"},{"role":"assistant","content":"5"}],"winner":"1"}"#,
  ])
  func `a number does not say which of A and B is better`(row: String) {
    let error = #expect(throws: TareError.self) { try read(row) }
    #expect(error?.description.contains("expected A or B, model_a or model_b, or a tie") == true)
  }

  @Test(arguments: [
    #"{"context":"2+2?","response1":"4","response2":"Four","overall_preference":0}"#,
    #"{"prompt":"2+2?","response_a":"4","response_b":"Four","winner":"tie (bothbad)"}"#,
    #"{"instruction":"2+2?","output_1":"4","output_2":"Four","preference":1.5}"#,
    #"{"instruction":"2+2?","output_1":"4","output_2":"Four","preference":0}"#,
    #"{"question":{"full_text":"2+2?"},"answer_0":"4","answer_1":"Four","score_0":0,"score_1":0}"#,
  ])
  func `a tie stays a tie`(row: String) throws {
    let sets = try read(row)
    #expect(sets[0].isTie)
    #expect(sets[0].responses.map(\.role) == [.response, .response])
    #expect(
      sets.tieNote == "1 of 1 pairs is a tie: its responses are scored but not counted as a pair")
    #expect(try read(Self.pairs[0]).tieNote == nil)
  }

  @Test func `sides with other histories are each scored with their own`() throws {
    let longer = try one(
      #"{"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}],"#
        + #""rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"},{"role":"user","content":"more"},{"role":"assistant","content":"B"}]}"#
    )
    #expect(longer.prompt == [.user("Q")])
    #expect(
      longer.responses.map { longer.conversation($0).messages } == [
        [.user("Q"), .assistant("A")],
        [.user("Q"), .assistant("A"), .user("more"), .assistant("B")],
      ])
    #expect(longer.responses.map(\.text) == ["A", "B"])
    let row =
      #"{"chosen":[{"role":"user","content":"P"},{"role":"assistant","content":"A"}],"#
      + #""rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"B"}]}"#
    let other = try read("\(row)\n\(row.replacing("\"Q\"", with: "\"R\""))\n")
    #expect(other.map(\.prompt) == [[], []])
    #expect(other.map(\.responses.count) == [2, 2])
    // As `score` writes them.
    let written = other[0].responses.map { response in
      JSONObject(
        dictionaryLiteral: ("prompt", []), ("response", .array(response.turns.map(\.json))))
    }
    #expect(
      try written.map { try one(JSONValue.object($0).text()).responses.map(\.text) } == [
        ["A"], ["B"],
      ])
    // What they share is nothing, which makes them no rows of one prompt.
    #expect(other.map(\.id) == ["row-1", "row-2"])
  }

  // MARK: - Single responses and lists

  @Test func `TRL's rows are read`() throws {
    #expect(try one(#"{"prompt":"2+2?","completion":"4"}"#).responses.map(\.text) == ["4"])
    let unpaired = try one(#"{"prompt":"2+2?","completion":"4","label":true}"#)
    #expect(unpaired.responses.map(\.text) == ["4"])
    #expect(unpaired.extras["label"] == true)
    let several = try one(#"{"prompt":"2+2?","completions":["4","5"]}"#)
    #expect(several.responses.map(\.text) == ["4", "5"])
    #expect(several.prompt == [.user("2+2?")])
  }

  @Test func `LLaMA-Factory's label of unpaired answers is one`() throws {
    let set = try one(
      #"{"messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"4"}],"kto_tag":false}"#
    )
    #expect(set.extras == ["label": false])
  }

  @Test func `grades are the responses' labels`() throws {
    for row in [
      #"{"instruction":"2+2?","completions":[{"response":"4","overall_score":9},{"response":"5","overall_score":1}]}"#,
      #"{"instruction":"2+2?","generations":["4","5"],"ratings":[9,1]}"#,
      #"{"question":"2+2?","answers":[{"text":"4","pm_score":9},{"text":"5","pm_score":1}]}"#,
    ] {
      let sets = try read(row)
      #expect(sets.map { $0.responses.map(\.text) } == [["4"], ["5"]], "\(row)")
      #expect(sets.map(\.extras.label) == [9, 1], "\(row)")
      #expect(Set(sets.map(\.id)).count == 1)
      #expect(sets.allSatisfy { $0.prompt == [.user("2+2?")] })
    }
    let ranks = try read(
      #"{"prompt":"\n\nHuman: 2+2?\n\nAssistant: ","answers":[{"answer":"5","rank":2},{"answer":"4","rank":1}]}"#
    )
    #expect(ranks.map(\.extras.label) == [-2, -1])
    #expect(ranks[0].prompt == [.user("2+2?")])
    let steered = try one(#"{"prompt":"2+2?","response":"4","helpfulness":3,"verbosity":1}"#)
    #expect(steered.extras.label == 3)
    #expect(steered.extras["verbosity"] == 1)
  }

  @Test func `rendered texts stand as they are`() throws {
    let pair = try one(
      #"{"id":"7","text_chosen":"<u>2+2?<a>4","text_rejected":"<u>2+2?<a>5","prompt":"2+2?"}"#)
    #expect(
      pair.responses.map { pair.conversation($0).renderedText } == ["<u>2+2?<a>4", "<u>2+2?<a>5"])
    #expect(pair.responses.map(\.role) == [.chosen, .rejected])
    let rows = try read("{\"text\":\"a\"}\n{\"text\":\"b\"}")
    #expect(rows.map(\.id) == ["row-1", "row-2"])
    let four = try one(#"{"id":"7","text":["a","b","c"],"num_correct":2}"#)
    #expect(four.responses.map(\.role) == [.chosen, .chosen, .rejected])
    #expect(failure(#"{"text":""}"#).shows("column 'text': expected …, found an empty text"))
    // Written and read again, it is no message.
    let again = JSONValue.array(pair.responses[0].turns.map(\.json))
    let back = try one("{\"messages\":\(again.text())}")
    #expect(back.conversation(back.responses[0]).renderedText == "<u>2+2?<a>4")
  }

  // MARK: - Unknown rows

  @Test func `an unknown row is told the nearest layout`() throws {
    #expect(
      failure(#"{"ask":"2+2?","better":"4","worse":"5"}"#)
        == "in, line 1: expected the columns of a layout, found the columns 'ask', 'better', 'worse'; "
        + "the nearest layout is pairs (chosen, rejected): 'better' may be 'chosen', 'worse' may be "
        + "'rejected'"
    )
    var mapping = ColumnMapping(naming: "--columns")
    let error = #expect(throws: TareError.self) {
      try readCandidates(
        Data(#"{"user_prompt":"2+2?","model_answer":"4"}"#.utf8), name: "in", columns: mapping)
    }
    #expect(error?.exitCode == 65)
    #expect(
      error?.description.contains("--columns prompt=user_prompt,response=model_answer") == true,
      "\(error?.description ?? "")")
    try mapping.add("prompt=user_prompt,response=model_answer")
    let set = try readCandidates(
      Data(#"{"user_prompt":"2+2?","model_answer":"4"}"#.utf8), name: "in", columns: mapping)[0]
    #expect(set.prompt == [.user("2+2?")])
  }
}
