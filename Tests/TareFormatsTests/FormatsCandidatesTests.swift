import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct FormatsCandidatesTests {
  private func read(_ text: String, format: String? = nil) throws -> [CandidateSet] {
    try readCandidates(Data(text.utf8), name: "in", format: format)
  }

  private func failure(_ text: String, format: String? = nil) -> String {
    failure(Data(text.utf8), format: format)
  }

  private func failure(_ data: Data, format: String? = nil) -> String {
    let error = #expect(throws: TareError.self) {
      try readCandidates(data, name: "in", format: format)
    }
    return error?.description ?? ""
  }

  // MARK: - Row shapes

  @Test(arguments: [
    #"{"messages":[{"role":"user","content":"p"},{"role":"assistant","content":"r"}]}"#,
    #"{"prompt":"p","response":"r"}"#,
    #"{"prompt":[{"role":"user","content":"p"}],"response":"r"}"#,
    #"{"prompt":"p","responses":["r"]}"#,
    #"{"instruction":"p","output":"r"}"#,
  ])
  func `a single response is read from every shape that holds one`(row: String) throws {
    let expected = CandidateSet(
      id: "row-1", prompt: [.user("p")], responses: [Candidate(role: .response, text: "r")])
    #expect(try read(row) == [expected])
    #expect(try read("[\(row)]") == [expected])
  }

  @Test func `labels tell right responses from wrong ones`() throws {
    let set = try read(#"{"prompt":"p","responses":["a","b"],"labels":[1,0]}"#)[0]
    #expect(set.responses.map(\.role) == [.chosen, .rejected])
    #expect(set.extras == [:])
    let csv = try read("prompt,responses,labels\np,\"[\"\"a\"\",\"\"b\"\"]\",\"[false, true]\"\n")[
      0]
    #expect(csv.responses.map(\.role) == [.rejected, .chosen])
    let words = try read(#"{"prompt":"p","responses":["a","b"],"labels":["no","yes"]}"#)[0]
    #expect(words.responses.map(\.role) == [.rejected, .chosen])
    #expect(
      failure(#"{"prompt":"p","responses":["a","b"],"labels":[1,"perhaps"]}"#)
        .contains("labels[1]"))
    let other = try read(#"{"prompt":"p","responses":["a","b"],"labels":[0.5,2]}"#)[0]
    #expect(other.responses.map(\.role) == [.response, .response])
    #expect(other.extras["labels"] != nil)
    #expect(
      failure(#"{"prompt":"p","responses":["a","b"],"labels":[1]}"#)
        .contains("line 1, column 'labels': expected 2, one per response, found 1 values"))
  }

  @Test(arguments: [
    #"{"prompt":"p","chosen":"c","rejected":"r"}"#,
    #"{"prompt":"p","chosen":["c"],"rejected":["r"]}"#,
    #"""
    {"prompt":[{"role":"user","content":"p"}],"chosen":[{"role":"assistant","content":"c"}],
    "rejected":[{"role":"assistant","content":"r"}]}
    """#,
    #"""
    {"chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"c"}],
    "rejected":[{"role":"user","content":"p"},{"role":"assistant","content":"r"}]}
    """#,
    #"""
    {"prompt":"p","chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"c"}],
    "rejected":[{"role":"user","content":"p"},{"role":"assistant","content":"r"}]}
    """#,
    #"""
    {"prompt":"p","chosen":[[{"role":"user","content":"p"},{"role":"assistant","content":"c"}]],
    "rejected":[[{"role":"assistant","content":"r"}]]}
    """#,
  ])
  func `a preference pair is read from every form`(row: String) throws {
    let set = try #require(try read(row).first)
    #expect(set.prompt == [.user("p")])
    #expect(
      set.responses == [
        Candidate(role: .chosen, text: "c"), Candidate(role: .rejected, text: "r"),
      ])
    #expect(set.extras.isEmpty)
  }

  @Test func `a prompt of several turns stays before the last answer`() throws {
    let turns = #"""
      {"role":"system","content":"s"},{"role":"user","content":"a"},
      {"role":"assistant","content":"b"},{"role":"user","content":"p"}
      """#
    let set = try #require(
      try read(
        #"""
        {"prompt":"p","chosen":[\#(turns),{"role":"assistant","content":"c"}],
        "rejected":[\#(turns),{"role":"assistant","content":"r"}]}
        """#
      ).first)
    #expect(set.prompt == [.system("s"), .user("a"), .assistant("b"), .user("p")])
    #expect(set.responses.map(\.text) == ["c", "r"])
  }

  @Test func `several chosen and rejected keep their order`() throws {
    let row = #"{"id":7,"subset":"Ties","prompt":"p","chosen":["a","b"],"rejected":["c","d","e"]}"#
    let set = try #require(try read(row).first)
    #expect(set.id == "7")
    #expect(set.subset == "Ties")
    #expect(set.responses.map(\.text) == ["a", "b", "c", "d", "e"])
    #expect(
      set.responses.map(\.role) == [.chosen, .chosen, .rejected, .rejected, .rejected])
  }

  @Test(arguments: [("A>B", [Role.chosen, .rejected]), ("B>A", [Role.rejected, .chosen])])
  func `JudgeBench's label says which response is chosen and A stays first`(
    label: String, roles: [Role]
  ) throws {
    let row = #"""
      {"pair_id":"x","source":"mmlu-pro-law","question":"q","response_A":"a","response_B":"b",
      "label":"\#(label)"}
      """#
    let set = try #require(try read(row).first)
    #expect(set.id == "x")
    #expect(set.subset == "mmlu-pro-law")
    #expect(set.responses.map(\.text) == ["a", "b"])
    #expect(set.responses.map(\.role) == roles)
    #expect(set.extras["label"]?.string == label)
  }

  @Test func `other columns are carried through in order`() throws {
    let row = #"{"z":1,"prompt":"p","a":{"k":[null]},"response":"r","subset":"s","prompt_id":"i"}"#
    let set = try #require(try read(row).first)
    #expect(set.extras.keys == ["z", "a"])
    #expect(set.id == "i")
    #expect(set.subset == "s")
  }

  @Test func `an id is made from the row's number, null counts as absent`() throws {
    let sets = try read(
      """
      {"prompt":"p","response":"r","subset":null}

      {"prompt":"p","response":"r","id":null,"pair_id":5}
      {"prompt":"p","response":"r"}
      """)
    #expect(sets.map(\.id) == ["row-1", "5", "row-1"])
    #expect(sets[0].subset == nil)
  }

  // MARK: - Formats

  @Test func `CSV is read as JSON Lines is`() throws {
    let csv = """
      \u{FEFF}id,prompt,chosen,rejected,subset,judge\r
      1,"say ""hi"", twice","a
      b",,easy,x\r

      2,é,"[{""role"":""assistant"",""content"":""c""}]",r,,
      """
    let sets = try read(csv)
    #expect(sets.map(\.id) == ["1", "2"])
    #expect(sets[0].prompt == [.user("say \"hi\", twice")])
    #expect(sets[0].responses.map(\.text) == ["a\nb", ""])
    #expect(sets[0].subset == "easy")
    #expect(sets[0].extras["judge"]?.string == "x")
    #expect(sets[1].responses.map(\.text) == ["c", "r"])
    #expect(sets[1].subset == nil)
  }

  @Test func `a list of strings in a CSV cell is text, but for the column of responses`() throws {
    let pair = try read("prompt,response\np,\"[\"\"a\"\"]\"\n")
    #expect(pair[0].responses.map(\.text) == [#"["a"]"#])
    let several = try read("prompt,responses\np,\"[\"\"a\"\",\"\"b\"\"]\"\n")
    #expect(several[0].responses.map(\.text) == ["a", "b"])
  }

  @Test func `the format can be forced`() throws {
    #expect(failure("prompt,response\np,r", format: "jsonl").hasPrefix("in, line 1, column 1"))
    #expect(failure("{}", format: "xml").contains("unknown file format 'xml'; known: "))
    #expect(try read(#"{"prompt":"p","response":"r"}"#, format: "json").count == 1)
  }

  // MARK: - What is refused

  @Test(arguments: [
    ("", "in: expected …, found an empty file"),
    (" \n\t\n", "in: expected …, found an empty file"),
    ("[]", "in: expected …, found no rows"),
    ("3,4\n", "in: expected …, found a header without rows"),
    ("[1]", "in, row 1: expected …, found a number"),
    (#"{"prompt":"p","response":"r"}"# + "\n[1]", "in, line 2: expected …, found an array"),
    (
      #"{"prompt":"p","response":"r"}"# + "\n\n{\"a\":NaN}",
      "in, line 3, column 6: expected …, found"
    ),
    (#"{"prompt":"p","response":"r""#, "in, line 1, column 29: expected …, found end of input"),
    (
      #"{"score":1,"length":2}"#,
      "in, line 1: expected the columns of a layout (hh-rlhf, …), found the columns 'score', 'length'"
    ),
    ("{}", "in, line 1: expected the columns of a layout (hh-rlhf, …), found no columns"),
    (
      #"{"prompt":"p","chosen":"c"}"#,
      "in, line 1, column 'rejected': expected this column, found only 'prompt', 'chosen'"
    ),
    (
      #"{"chosen":"c","rejected":"r"}"#,
      "in, line 1, column 'prompt': expected …, found no such column"
    ),
    (
      #"{"prompt":3,"response":"r"}"#,
      "in, line 1, column 'prompt': expected a string or a list of messages {\"role\", \"content\"}, found a number"
    ),
    (
      #"{"prompt":"p","response":{"a":1}}"#,
      "in, line 1, column 'response': expected …, found an object"
    ),
    (
      #"{"prompt":"p","responses":[]}"#,
      "in, line 1, column 'responses': expected …, found an empty list"
    ),
    (
      #"{"prompt":"p","responses":["a",2]}"#,
      "in, line 1, column 'responses[1]': expected …, found a number"
    ),
    (
      #"{"prompt":[],"response":"r"}"#,
      "in, line 1, column 'prompt': expected …, found an empty list"
    ),
    (#"{"messages":"hello"}"#, "in, line 1, column 'messages': expected …, found a string"),
    (
      #"{"messages":[{"role":"user","content":"p"}]}"#,
      "in, line 1, column 'messages': expected …, found a last message from 'user'"
    ),
    (
      #"{"messages":[{"content":"p"}]}"#,
      "in, line 1, column 'messages[0]', role: expected a string (…), found none"
    ),
    (
      #"{"messages":[{"role":"user","content":3}]}"#,
      "in, line 1, column 'messages[0]', content: expected a string, a list of text parts, or null, found a number"
    ),
    (
      #"""
      {"messages":[{"role":"user","content":[{"type":"text","text":"What?"},
      {"type":"image_url","image_url":{"url":"a.png"}}]},{"role":"assistant","content":"A cat."}]}
      """#.replacing("\n", with: ""),
      "in, line 1, column 'messages[0]', content[1]: expected a text part: {\"type\": \"text\", \"text\": \"…\"}, found a part of type 'image_url'"
    ),
    (
      #"{"prompt":"p","response":"r","images":["a.png"]}"#,
      "in, line 1, column 'images': expected none, as only text can be scored, found 1 of them"
    ),
    (
      #"{"id":true,"prompt":"p","response":"r"}"#,
      "in, line 1, column 'id': expected …, found a boolean"
    ),
    (
      #"{"id":"","prompt":"p","response":"r"}"#,
      "in, line 1, column 'id': expected …, found an empty string"
    ),
    (
      #"{"question":"q","response_A":"a","response_B":"b","label":"C"}"#,
      #"in, line 1, column 'label': expected "A>B" or "B>A", found "C""#
    ),
    (
      #"{"question":"q","response_A":"a","label":"A>B"}"#,
      "in, line 1, column 'response_B': expected this column, found only 'question', 'response_A', 'label'"
    ),
    ("prompt,response\np\n", "in, line 2: expected 2 cells, as in the header, found 1 cells"),
    (
      "prompt,response\n\"a\nb\",c\np,q,r",
      "in, line 4: expected 2 cells, as in the header, found 3 cells"
    ),
    (
      "prompt,response\np,\"r",
      "in, line 2, column 'response': expected …, found a quote that is never closed"
    ),
    (
      "prompt,response\n\"p\"x,r",
      "in, line 2, column 'prompt': expected …, found text after the closing quote"
    ),
    (
      "prompt,prompt\np,r",
      "in, line 1: expected …, found the name 'prompt' for column 1 and column 2"
    ),
    ("prompt,answer\np,r", "in, line 2: expected …, found the columns 'prompt', 'answer'"),
    (
      "prompt,chosen,rejected\np,\"[{'role': 'assistant', 'content': 'c'}]\",r",
      "in, line 2, column 'chosen': expected …, found a list that is not JSON"
    ),
    (
      "prompt,responses\np,a;b",
      "in, line 2, column 'responses': expected …, found a list that is not JSON"
    ),
  ])
  func `a fault is named with its place`(text: String, message: String) {
    let found = failure(text)
    #expect(found.begins(message), "\(found)")
  }

  @Test func `rows with one id are answers to one prompt, rows of other subsets to others`() throws
  {
    for id in ["id", "prompt_id"] {
      let sets = try read(
        """
        {"\(id)":"a","prompt":"p","response":"r"}
        {"\(id)":"b","prompt":"q","response":"r"}
        {"\(id)":"a","prompt":"p","response":"r"}
        {"\(id)":"a","prompt":"p","response":"s","n":1}
        {"\(id)":"a","prompt":"other","response":"s","subset":"x"}
        """)
      #expect(sets.map(\.id) == ["a", "b", "a", "a", "a"])
      #expect(sets[3].extras["n"] == 1)
    }
    let both = try read(#"{"id":"r1","prompt_id":"a","prompt":"p","response":"r"}"#)
    #expect(both[0].id == "a")
    #expect(both[0].extras["id"] == "r1")
  }

  @Test func `one id with two prompts names both rows`() {
    let rows = """
      {"id":"a","prompt":"p","response":"r"}
      {"id":"b","prompt":"p","response":"r"}
      {"prompt_id":"a","prompt":"q","response":"r"}
      """
    #expect(
      failure(rows)
        == "in, line 3: expected one prompt per id, found the id 'a' with a different prompt than in line 1"
    )
    let pair = #"{"id":"a","prompt":"p","chosen":"c","rejected":"r"}"#
    #expect(
      failure(pair + "\n" + pair).begins(
        "in, line 2: expected …, found the id 'a' and the same responses as in line 1"))
  }

  @Test func `an id of several pairs stands for several prompts where theirs differ`() throws {
    func row(_ id: String, _ prompt: String, _ better: String) -> String {
      #"{"pair_id":"\#(id)","question":"\#(prompt)","response_A":"\#(better)","response_B":"r","#
        + #""label":"A>B"}"#
    }
    let rows = [
      row("7", "p", "a"), row("7", "q", "a"), row("7", "p", "b"), row("7", "s", "a"),
      row("7-2", "t", "a"), row("8", "p", "a"),
    ]
    let sets = try read(rows.joined(separator: "\n"))
    #expect(sets.map(\.id) == ["7", "7-2", "7", "7-3", "7-2-2", "8"])
    // The same pair a second time is no other prompt.
    #expect(
      failure(rows[1] + "\n" + rows[0] + "\n" + rows[1]).contains(
        "the id '7' and the same responses as in line 1"))
    let log = BadRows.Log()
    _ = try readCandidates(
      Data(rows.joined(separator: "\n").utf8), name: "in", badRows: BadRows(log: log))
    #expect(
      log.notes == [
        "in: 2 ids, such as '7', have several prompts, which are kept separate as '7', "
          + "'7-2' …"
      ])
  }

  @Test func `a prompt may have several pairs`() throws {
    let sets = try read(
      """
      {"prompt_id":"a","prompt":"p","chosen":"c","rejected":"r"}
      {"prompt_id":"a","prompt":"p","chosen":"d","rejected":"r"}
      """)
    #expect(sets.map(\.id) == ["a", "a"])
  }

  @Test func `rows without an id share that of the first with their prompt`() throws {
    let sets = try read(
      """
      {"prompt":"p","response":"a"}
      {"prompt":[{"content":"p","role":"user"}],"response":"b"}
      {"prompt":"p","response":"a","subset":"s"}
      {"prompt":"q","response":"a"}
      {"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"c"}]}
      """)
    #expect(sets.map(\.id) == ["row-1", "row-1", "row-3", "row-4", "row-4"])
  }

  @Test func `labelled answers to a prompt become a pair`() throws {
    let sets = try read(
      """
      {"prompt_id":"a","prompt":"p","response":"x","label":"rejected"}
      {"prompt_id":"b","prompt":"q","response":"u","label":"chosen"}
      {"prompt_id":"a","prompt":"p","response":"y","label":"chosen"}
      {"prompt_id":"b","prompt":"q","response":"v","label":"rejected"}
      """
    ).joiningLabelledAnswers()
    #expect(sets.map(\.id) == ["a", "b"])
    #expect(sets[0].responses.map(\.role) == [.rejected, .chosen])
    #expect(sets[0].responses.map(\.text) == ["x", "y"])
    let bad = try read(#"{"prompt":"p","response":"x","label":"maybe"}"#)
    #expect(throws: TareError.self) { try bad.joiningLabelledAnswers() }
  }

  @Test func `responses that do not hold the prompt of its column are refused`() {
    let other = #"""
      {"prompt":"x","chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"c"}],
      "rejected":"r"}
      """#
    #expect(
      failure(other).contains(
        "column 'chosen': expected the same prompt, or only the response, found messages that do not begin with the prompt"
      ))
  }

  @Test func `bytes that are not UTF-8 are named with their line`() {
    let latin1 = Data("prompt,response\nfoo,bar\ncaf".utf8) + [0xE9] + Data(",x\n".utf8)
    #expect(failure(latin1).begins("in, line 3: expected …, found bytes that are not UTF-8 (0xE9)"))
    #expect(
      failure(Data([0xE9, 0xFE, 0x61, 0x0A])).begins(
        "in, line 1: expected …, found bytes that are not"))
  }

  @Test func `deep nesting and huge rows do no harm`() throws {
    #expect(failure(String(repeating: "[", count: 100_000)).contains("levels of nesting"))
    let long = String(repeating: "x", count: 5_000_000)
    #expect(try read("prompt,response\n\"\(long)\",r")[0].prompt == [.user(long)])
  }

  // MARK: - Real files

  @Test(
    .enabled(if: exists(sharedFolder), "needs the shared data"),
    arguments: [
      ("preferences/train.jsonl", 3000, 2), ("preferences/dev.jsonl", 500, 2),
      ("preferences/rewardbench_part.jsonl", 866, 2),
      ("formats/judgebench_skywork-llama-3.1-8b.jsonl", 350, 2),
      ("formats/rmbench_chat.json", 129, 6),
    ])
  func `real files are read whole`(path: String, count: Int, responses: Int) throws {
    let data = try Data(contentsOf: sharedFolder.appending(path: "data/\(path)"))
    let sets = try readCandidates(data, name: path)
    #expect(sets.count == count)
    #expect(sets.allSatisfy { $0.responses.count == responses && !$0.prompt.isEmpty })
  }
}
