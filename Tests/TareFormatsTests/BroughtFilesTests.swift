/// Files as people bring them, each of which was once read as something else without a word.
import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct BroughtFilesTests {
  private func sets(_ text: String) throws -> [CandidateSet] {
    try readCandidates(Data(text.utf8), name: "in")
  }

  private func setsFailure(_ text: String) -> String {
    let error = #expect(throws: TareError.self) { try sets(text) }
    return error?.description ?? ""
  }

  // MARK: - Scores

  @Test(arguments: ["judge", "judge_model", "rm_name", "scorer", "evaluator"])
  func `the scores of several judges are not taken for one model's`(column: String) {
    let rows = "prompt_id,\(column),score\n1,A,9\n1,A,2\n1,B,0.9\n1,B,0.1\n"
    #expect(failure(rows).contains("column '\(column)': expected the scores of one model"))
  }

  @Test(arguments: ["system", "system_prompt", "context", "passage", "conversation_history"])
  func `what stands around a prompt tells it from another`(column: String) throws {
    let rows = "\(column),prompt,response,score\nx,Q,a,1\nx,Q,b,2\ny,Q,c,3\ny,Q,d,4\n"
    #expect(PromptGroups(of: try read(rows).responses).groupOfRow == [0, 0, 1, 1])
    // An id that is given says which responses belong together, whatever was retrieved for each.
    guard !column.hasPrefix("system") else { return }
    let named = "prompt_id,\(column),prompt,score\n7,x,Q,1\n7,y,Q,2\n"
    #expect(PromptGroups(of: try read(named).responses).groupOfRow == [0, 0])
  }

  @Test func `a last question is not the conversation before it`() throws {
    func row(_ topic: String, _ answer: String) -> String {
      #"{"prompt":"Go on.","score":1,"messages":[{"role":"user","content":"\#(topic)"},"#
        + #"{"role":"assistant","content":"…"},{"role":"user","content":"Go on."},"#
        + #"{"role":"assistant","content":"\#(answer)"}]}"#
    }
    let rows = [row("sea", "a"), row("hills", "a"), row("sea", "b"), row("hills", "b")]
    let table = try read(rows.joined(separator: "\n"))
    #expect(PromptGroups(of: table.responses).groupOfRow == [0, 1, 0, 1])
  }

  @Test func `reference answers in a column of labels are no verdicts`() throws {
    let rows = "prompt,response,score,label\nQ,a,1,72\nQ,b,0,72\nR,a,1,18\nR,b,0,18\n"
    #expect(try read(rows).responses.haveReferenceAnswers)
    // Grades that differ within a prompt are labels, and so are all-right prompts.
    #expect(try !read(rows.replacing("Q,a,1,72", with: "Q,a,1,73")).responses.haveReferenceAnswers)
    let right = rows.replacing("72", with: "1").replacing("18", with: "0")
    #expect(try !read(right).responses.haveReferenceAnswers)
  }

  @Test func `scores of two models are not offered as a pair's`() {
    let message = failure("prompt_id,score_rmA,score_rmB,label\n1,1,2,1\n")
    #expect(message.contains("no column 'score'") && !message.contains("score_chosen"))
    #expect(failure("prompt_id,score_A,score_B\n1,1,2\n").contains("score_chosen") == false)
  }

  // MARK: - Texts

  @Test func `messages that a database keeps as JSON are messages`() throws {
    let row = #"""
      {"prompt":"[{\"role\": \"user\", \"content\": \"Q\"}]","chosen":"[{\"role\": \"assistant\", \"content\": \"good\"}]","rejected":"[{\"role\": \"assistant\", \"content\": \"bad\"}]"}
      """#
    let set = try #require(try sets(row).first)
    #expect(set.prompt == [.user("Q")])
    #expect(set.responses.map(\.text) == ["good", "bad"])
    let list = try #require(try sets(#"{"prompt":"Q","responses":"[\"a\", \"b\"]"}"#).first)
    #expect(list.responses.map(\.text) == ["a", "b"])
    // A text that merely begins so is a text.
    let text = try #require(try sets(#"{"prompt":"Q","response":"[1, 2] is a list"}"#).first)
    #expect(text.responses.map(\.text) == ["[1, 2] is a list"])
  }

  @Test func `turns of a prompt in NVIDIA's marks are turns`() throws {
    let row = #"""
      {"prompt":"hi\n<extra_id_1>Assistant\nhello\n<extra_id_1>User\nwho?","response":"me","helpfulness":4}
      """#
    let set = try #require(try sets(row).first)
    #expect(set.prompt == [.user("hi"), .assistant("hello"), .user("who?")])
  }

  @Test func `an empty cell of a CSV file is no response`() throws {
    let rows = Data("prompt,chosen,rejected\nQ,good,\nR,good,bad\n".utf8)
    #expect(try readCandidates(rows, name: "in").count == 2)
    let drop = BadRows(dropsMissing: true)
    #expect(try readCandidates(rows, name: "in", badRows: drop).map(\.prompt) == [[.user("R")]])
  }

  @Test func `completions with a score each are candidates`() throws {
    let row = #"""
      {"prompt":"Q","completions":["4","5","6"],"labels":[true,false,false],"scores":[2.0,1.0,0.5]}
      """#
    let set = try #require(try sets(row).first)
    #expect(set.responses.map(\.text) == ["4", "5", "6"])
    #expect(set.responses.map(\.role) == [.chosen, .rejected, .rejected])
  }

  @Test func `a message without a content is refused, and Gemini's parts are read`() throws {
    let bare = setsFailure(
      #"{"messages":[{"role":"user","text":"Q"},{"role":"assistant","content":"R"}]}"#)
    #expect(bare.contains("messages[0]") && bare.contains("content"))
    let set = try #require(
      try sets(
        #"{"messages":[{"role":"user","parts":[{"text":"Q"}]},{"role":"model","parts":[{"text":"R"}]}]}"#
      ).first)
    #expect(set.prompt == [.user("Q")])
    #expect(set.responses.map(\.text) == ["R"])
  }

  @Test func `a call of a function and a refusal are not lost`() throws {
    func turn(_ message: String) throws -> Message {
      let row = #"{"messages":[{"role":"user","content":"Q"},\#(message)]}"#
      return try #require(try sets(row).first?.responses.first?.turns.first)
    }
    let call = try turn(
      #"{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\"a\": 1}"}}"#)
    #expect(
      call["tool_calls"]?.array?.first?["function"]?["name"] == "f" && call["function_call"] == nil)
    #expect(try turn(#"{"role":"assistant","content":null,"refusal":"No."}"#).content == "No.")
  }

  @Test func `single messages of a thread are no texts for a model`() {
    let message = setsFailure(
      #"{"message_id":"m1","parent_id":null,"text":"Q","role":"prompter","message_tree_id":"m1"}"#)
    #expect(message.contains("one message of a thread"))
  }

  @Test func `a post is read with its forum and title`() throws {
    let row = #"""
      {"info":{"post":"P","title":"T","subreddit":"r"},"summaries":[{"text":"a"},{"text":"b"}],"choice":1}
      """#
    let set = try #require(try sets(row).first)
    #expect(set.prompt.map(\.content) == ["SUBREDDIT: r/r\n\nTITLE: T\n\nPOST: P\n\nTL;DR:"])
  }

  @Test func `a verdict on the first turn is not one on the second`() throws {
    func conversation(_ answer: String) -> String {
      #"[{"role":"user","content":"Q"},{"role":"assistant","content":"\#(answer)"},"#
        + #"{"role":"user","content":"More"},{"role":"assistant","content":"2\#(answer)"}]"#
    }
    func row(_ turn: Int) -> String {
      #"{"conversation_a":\#(conversation("a")),"conversation_b":\#(conversation("b")),"#
        + #""winner":"model_a","turn":\#(turn)}"#
    }
    #expect(try sets(row(1)).first?.responses.map(\.text) == ["a", "b"])
    #expect(try sets(row(2)).first?.responses.map(\.text) == ["2a", "2b"])
  }

  @Test func `a label of two sides is not taken for a scale`() throws {
    let row = #"{"prompt":"Q","response_1":"good","response_2":"bad","label":1}"#
    #expect(!setsFailure(row).contains("=label"))
  }

  // MARK: - What a file is said to be

  @Test func `a null is named, and columns that the first rows lack are found`() throws {
    let null = setsFailure(#"{"prompt":"Q","chosen":"a","rejected":null}"#)
    #expect(null.contains("column 'rejected'") && null.contains("found null"))
    let page = try FileDescription(
      Array(
        (#"{"prompt":"Q","response":"a","system":null}"# + "\n"
          + #"{"prompt":"Q","response":"b","system":"S"}"#).utf8), name: "in")
    let reading = try #require(page.texts)
    #expect(reading.taken.contains { $0.column == "system" })
    #expect(!reading.leftOver.contains("system"))
  }

  @Test func `candidates may answer an instruction`() throws {
    let set = try #require(try sets(#"{"instruction":"Q","completions":["a","b"]}"#).first)
    #expect(set.prompt == [.user("Q")])
    #expect(set.responses.map(\.text) == ["a", "b"])
  }
}
