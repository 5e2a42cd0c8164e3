import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// What belongs to a text and is more than a role and a string.
@Suite struct FormatsConversationsTests {
  private func read(_ text: String) throws -> CandidateSet {
    try #require(try readCandidates(Data(text.utf8), name: "in").first)
  }

  private func failure(_ text: String) -> String {
    let error = #expect(throws: TareError.self) {
      try readCandidates(Data(text.utf8), name: "in")
    }
    return error?.description ?? ""
  }

  private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

  private func messages(_ text: String) throws -> [Message] {
    try #require(try json(text).array).map { try Message($0) }
  }

  private let question = #"{"role":"user","content":"Weather in Oslo?"}"#
  private let call = #"""
    {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",\#
    "function":{"name":"get_weather","arguments":{"city":"Oslo"}}}]}
    """#
  private let answer = #"{"role":"tool","tool_call_id":"c1","name":"get_weather","content":"3 C"}"#
  private let last = #"{"role":"assistant","content":"It is 3 degrees.","reasoning_content":"3"}"#

  // MARK: - Messages

  @Test func `a message keeps every member`() throws {
    let set = try read("{\"messages\":[\(question),\(call),\(answer),\(last)]}")
    let conversation = set.conversation(set.responses[0])
    #expect(
      JSONValue.array(conversation.messages.map { .object($0.members) })
        == (try json("[\(question),\(call),\(answer),\(last)]")))
    #expect(set.prompt == [.user("Weather in Oslo?")])
    #expect(set.responses[0].text == "It is 3 degrees.")
  }

  @Test func `a response that calls tools is kept whole, and a prompt may end with a tool`() throws
  {
    let after = try read(
      "{\"prompt\":[\(question)],\"completion\":[\(call),\(answer),\(last)]}")
    #expect(after.prompt == [.user("Weather in Oslo?")])
    #expect(after.responses[0].turns == (try messages("[\(call),\(answer),\(last)]")))
    let before = try read(
      "{\"prompt\":[\(question),\(call),\(answer)],\"chosen\":[\(last)],\"rejected\":\"Cold.\"}")
    #expect(before.prompt.count == 3)
    #expect(before.responses.map(\.turns.count) == [1, 1])
    let whole = try read(
      """
      {"prompt":[\(question),\(call),\(answer)],"chosen":[\(question),\(call),\(answer),\(last)],\
      "rejected":"Cold."}
      """)
    #expect(whole.responses.map(\.turns) == before.responses.map(\.turns))
  }

  @Test func `sides that call different tools have the prompt that they share`() throws {
    let other = #"{"role":"assistant","content":"I cannot know."}"#
    let set = try read(
      "{\"chosen\":[\(question),\(call),\(answer),\(last)],\"rejected\":[\(question),\(other)]}")
    #expect(set.prompt == [.user("Weather in Oslo?")])
    #expect(set.responses.map(\.turns.count) == [3, 1])
    let texts = #"{"role":"assistant","content":"A"},{"role":"tool","content":"B"}"#
    let plain = try read(
      "{\"chosen\":[\(question),\(texts),\(other)],\"rejected\":[\(question),\(other)]}")
    #expect(plain.prompt == [.user("Weather in Oslo?")])
    #expect(plain.responses.map(\.turns.count) == [3, 1])
  }

  @Test func `plain turns of the assistant before the last one stay in the prompt`() throws {
    let turns = #"{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}"#
    #expect(try read("{\"messages\":[\(question),\(turns)]}").prompt.count == 2)
    #expect(try read("{\"prompt\":\"p\",\"response\":[\(turns)]}").prompt.count == 2)
    #expect(try read("{\"messages\":[\(turns)]}").prompt == [.assistant("a")])
    #expect(try read(#"{"messages":[{"role":"assistant","content":"a"}]}"#).prompt.isEmpty)
  }

  @Test func `parts and missing contents are kept as they are`() throws {
    let set = try read(
      #"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#
        + #",{"role":"assistant"},{"role":"assistant","content":"c"}]}"#)
    #expect(set.prompt[0]["content"]?.array?.count == 2)
    #expect(set.prompt[0].content == "ab")
    #expect(set.responses[0].turns.count == 2)
    #expect(set.responses[0].turns[0]["content"] == nil)
  }

  @Test func `a message by itself is a response`() throws {
    let set = try read(
      "{\"prompt\":\"p\",\"chosen\":\(last),\"rejected\":[[\(last)],\"no\"]}")
    let whole = try messages("[\(last)]")
    #expect(set.responses.map(\.turns) == [whole, whole, [.assistant("no")]])
  }

  // MARK: - Columns that belong to the text

  @Test(arguments: [
    (
      #"{"instruction":"Translate to French.","input":"good morning","output":"bonjour"}"#,
      [Message.user("Translate to French.\ngood morning")]
    ),
    (#"{"instruction":"Q","input":"","output":"A"}"#, [.user("Q")]),
    (
      #"{"instruction":"Q","input":"i","chosen":"A","rejected":"B"}"#, [.user("Q\ni")]
    ),
    (#"{"question":"Q","chosen":"A","rejected":"B"}"#, [.user("Q")]),
    (
      #"{"system":"Answer in French.","prompt":"Say hi","chosen":"salut","rejected":"hi"}"#,
      [.system("Answer in French."), .user("Say hi")]
    ),
    (#"{"system":"","prompt":"p","response":"r"}"#, [.user("p")]),
    (
      #"{"system":"s","messages":[{"role":"user","content":"p"},{"role":"assistant","content":"r"}]}"#,
      [.system("s"), .user("p")]
    ),
    (
      #"{"system":"s","prompt":[{"role":"system","content":"s"},{"role":"user","content":"p"}],"response":"r"}"#,
      [.system("s"), .user("p")]
    ),
    (
      #"{"system":"s","history":[["u1","a1"],["u2","a2"]],"instruction":"p","output":"r"}"#,
      [
        .system("s"), .user("u1"), .assistant("a1"), .user("u2"), .assistant("a2"), .user("p"),
      ]
    ),
    (
      #"{"history":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"prompt":"p","response":"r"}"#,
      [.user("u"), .assistant("a"), .user("p")]
    ),
    (
      #"{"messages":[{"role":"user","content":"p"}],"chosen":"A","rejected":"B"}"#, [.user("p")]
    ),
    (#"{"prompt":"p","completion":"r"}"#, [.user("p")]),
    (
      "system,history,prompt,response\ns,\"[[\"\"u\"\",\"\"a\"\"]]\",p,r\n",
      [.system("s"), .user("u"), .assistant("a"), .user("p")]
    ),
  ])
  func `columns of the prompt are part of it`(row: String, prompt: [Message]) throws {
    let set = try read(row)
    #expect(set.prompt == prompt)
    #expect(unusedTextColumns(of: [set]).isEmpty)
  }

  @Test func `rejected_response and rejected_messages make pairs of messages`() throws {
    let turns = #"{"role":"user","content":"2+2?"},{"role":"assistant","content":"4"}"#
    for rejected in [
      #""rejected_response":"5""#,
      #""rejected_response":[{"role":"assistant","content":"5"}]"#,
      #""rejected_messages":[{"role":"user","content":"2+2?"},{"role":"assistant","content":"5"}]"#,
    ] {
      let set = try read("{\"messages\":[\(turns)],\(rejected)}")
      #expect(set.prompt == [.user("2+2?")])
      #expect(
        set.responses
          == [Candidate(role: .chosen, text: "4"), Candidate(role: .rejected, text: "5")])
    }
    let tools = try read(
      "{\"messages\":[\(question),\(call),\(answer),\(last)],\"rejected_response\":\"Cold.\"}")
    #expect(tools.prompt.count == 3)
    #expect(tools.responses.map(\.text) == ["It is 3 degrees.", "Cold."])
    let other = try read(
      """
      {"messages":[\(question),\(call),\(answer),\(last)],\
      "rejected_response":[{"role":"assistant","content":"No idea."}]}
      """)
    #expect(other.prompt.count == 1)
    #expect(other.responses.map(\.turns.count) == [3, 1])
  }

  @Test func `tools, documents and variables reach the template's context`() throws {
    let tools = #"[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]"#
    let rest = #""prompt":"p","response":"r""#
    let expected = TemplateContext(
      tools: try json(tools), documents: try json(#"[{"title":"t","text":"x"}]"#),
      variables: ["enable_thinking": false])
    let row =
      #""documents":[{"title":"t","text":"x"}],"chat_template_kwargs":{"enable_thinking":false}"#
    #expect(try read("{\"tools\":\(tools),\(row),\(rest)}").context == expected)
    let text = JSONValue.string(tools).text()
    #expect(try read("{\"tools\":\(text),\(row),\(rest)}").context == expected)
    let each = try json(tools).array?.map { JSONValue.string($0.text()).text() }.joined() ?? ""
    #expect(try read("{\"tools\":[\(each)],\(row),\(rest)}").context == expected)
    let cell = tools.replacing("\"", with: "\"\"")
    #expect(
      try read("prompt,response,tools\np,r,\"\(cell)\"\n").context
        == TemplateContext(tools: json(tools)))
    #expect(try read("{\"tools\":\"\",\(rest)}").context.isEmpty)
    #expect(try read("{\"tools\":3,\(rest)}").extras["tools"] == 3)
  }

  @Test(arguments: [
    (
      #""tools":{"name":"f"}"#,
      "in, line 1, column 'tools': expected an array of objects, found an object"
    ),
    (#""tools":["f"]"#, "in, line 1, column 'tools[0]': expected an object, found a string"),
    (
      #""tools":"[{'name': 'f'}]""#,
      "in, line 1, column 'tools': expected …, found a list that is not JSON"
    ),
    (
      #""documents":["a"]"#,
      "in, line 1, column 'documents[0]': expected an object, found a string"
    ),
    (
      #""chat_template_kwargs":[1]"#,
      "in, line 1, column 'chat_template_kwargs': expected an object of template variables, such as {\"enable_thinking\": false}, found an array"
    ),
    (
      #""chat_template_kwargs":{"tokenize":true}"#,
      "in, line 1, column 'chat_template_kwargs': expected …, found 'tokenize', which is an argument of"
    ),
    (
      #""history":[["a"]]"#,
      "in, line 1, column 'history[0]': expected two strings, the user's and the assistant's, found an array"
    ),
    (
      #""system":["s"]"#,
      "in, line 1, column 'system': expected a system message as a string, found an array"
    ),
    (
      #""system_prompt":{"role":"system","content":"s"}"#,
      "in, line 1, column 'system_prompt': expected a system message as a string, found an object"
    ),
    (
      #""tools":"not JSON""#,
      "in, line 1, column 'tools': expected a list or an object, or either as JSON text, found 'not JSON'"
    ),
    (
      #""image":"x.png""#,
      "in, line 1, column 'image': expected none, as only text can be scored, found 'x.png'"
    ),
  ])
  func `a column that cannot be part of the text is named`(column: String, message: String) {
    let found = failure("{\"prompt\":\"p\",\"response\":\"r\",\(column)}")
    #expect(found.begins(message), "\(found)")
  }

  @Test func `a history stands before a prompt that is a text`() {
    let row =
      #"{"history":[["u","a"]],"prompt":[{"role":"user","content":"p"}],"response":"r"}"#
    #expect(
      failure(row)
        == "in, line 1, column 'history': expected the history in 'prompt', or a prompt that is a string, "
        + "found a history and a prompt that is a list of messages")
  }

  @Test func `two system messages are refused`() {
    let row =
      #"{"system":"a","prompt":[{"role":"system","content":"b"},{"role":"user","content":"p"}],"response":"r"}"#
    #expect(
      failure(row).hasPrefix(
        "in, line 1, column 'system': expected one system message, found a different system message than in the prompt"
      ))
  }

  // MARK: - Columns that look like text

  @Test func `columns that look like text and are not used are found, others are not`() throws {
    let sets = try readCandidates(
      Data(
        #"""
        {"prompt":"p","response":"r","context":"Paris","source":"a set of many words","meta":"one two three","uid_id":"a b c d e"}
        {"prompt":"Where is it?","response":"r","question":"Where is it?","note":"one two three four","tags":["a","b"],"n":3}
        {"prompt":"p","response":"r","context":"Rome","turns":[{"from":"human","value":"x"}],"history":"then","output":""}
        """#.utf8), name: "in")
    #expect(unusedTextColumns(of: sets) == ["context", "note", "turns", "history"])
  }

  @Test func `text covariates of a table count what the columns add to the prompt`() throws {
    var columns = ScoreColumns()
    columns.covariates = ["prompt_length"]
    let table = try readTable(
      Data("instruction,input,system,output,score\nab,cd,efg,x,1\nab,,,x,2\n".utf8), name: "in")
    let scores = try ScoreTable(table, columns: columns)
    #expect(scores.responses.map { $0.covariates["prompt_length"] } == [8, 2])
  }
}
