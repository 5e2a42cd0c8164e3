import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// Which column of a score table holds what.
@Suite struct TableLayoutTests {
  // MARK: - Prompts

  @Test func `rows with the same prompt and no id are one prompt's`() throws {
    let csv = try read("prompt,response,score\nWhy?,a,1\nHow?,b,2\nWhy?,c,3\n")
    #expect(csv.responses.map(\.promptID) == ["Why?", "How?", "Why?"])
    #expect(csv.responses.map(\.index) == [0, 0, 1])
    #expect(csv.promptRule.note?.contains("'prompt'") == true)
    let message = #"[{"role":"user","content":"Why?"}]"#
    let turned = #"[{"content":"Why?","role":"user"}]"#
    let lines = try read(
      """
      {"prompt":\(message),"score":1}
      {"prompt":"How?","score":2}
      {"prompt":\(turned),"score":3}
      {"prompt":[{"role":"system","content":"s"},{"role":"user","content":"Why?"}],"score":4}
      {"prompt":[{"content":"s","role":"system"},{"role":"user","content":"Why?"}],"score":5}
      """)
    #expect(lines.responses.map(\.promptID).prefix(3) == ["Why?", "How?", "Why?"])
    #expect(lines.responses.map(\.index) == [0, 0, 1, 0, 1])
  }

  @Test(arguments: [
    "\u{FEFF}\u{FEFF}prompt_id,score\na,1\nb,2\na,3\n",
    "\u{FEFF}\"\u{FEFF}prompt_id\",score\na,1\nb,2\na,3\n",
    ["a", "b", "a"].map { "{\"\u{FEFF}prompt_id\": \"\($0)\", \"score\": 1}\n" }.joined(),
  ])
  func `a byte order mark in the first name does not hide the column`(text: String) throws {
    let table = try read(text)
    #expect(PromptGroups(of: table.responses).groupOfRow == [0, 1, 0])
  }

  @Test func `what belongs to a conversation's prompt tells prompts apart, too`() throws {
    func row(_ system: String, _ answer: String) -> String {
      #"{"system":"\#(system)","score":1,"messages":[{"role":"user","content":"q"},"#
        + #"{"role":"assistant","content":"\#(answer)"}]}"#
    }
    let rows = [row("S", "a"), row("T", "a"), row("S", "b"), row("T", "b")]
    let table = try read(rows.joined(separator: "\n"))
    #expect(PromptGroups(of: table.responses).groupOfRow == [0, 1, 0, 1])
    #expect(table.promptRule.note?.contains("'system'") == true)
  }

  @Test func `a response of several messages is not its prompt's`() throws {
    func row(_ city: String) -> String {
      #"{"score":1,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"","#
        + #""tool_calls":[{"type":"function","function":{"name":"f","arguments":{"c":"\#(city)"}}}]},"#
        + #"{"role":"tool","content":"3"},{"role":"assistant","content":"3"}]}"#
    }
    let table = try read([row("Oslo"), row("Rome")].joined(separator: "\n"))
    #expect(PromptGroups(of: table.responses).groupOfRow == [0, 0])
  }

  @Test func `an id stands for one prompt, or the rows are named`() throws {
    let rows = "id,prompt,response,score\n0,x,a,1\n0,x,b,2\n0,y,c,3\n"
    #expect(
      failure(rows)
        == "in, line 4, column 'id': expected one prompt per id, found the id '0' with a different prompt "
        + "than in line 2")
    // Subsets number their prompts each from 0.
    let table = try read("id,subset,prompt,score\n0,s,x,1\n0,t,y,2\n0,s,x,3\n0,t,y,4\n")
    #expect(PromptGroups(of: table.responses).groupOfRow == [0, 1, 0, 1])
  }

  @Test(arguments: [
    "prompt_id,prompt,score_chosen,score_rejected\n7,x,1,0\n7,y,2,1\n7,x,3,0\n8,y,1,2\n",
    "id,prompt,score_a,score_b,winner\n7,x,1,0,model_a\n7,y,2,1,model_a\n7,x,3,0,model_b\n"
      + "8,y,1,2,model_a\n",
  ])
  func `where a row is a pair, an id may stand for several prompts`(rows: String) throws {
    let table = try read(rows)
    #expect(PromptGroups(of: table.responses).ids == ["7", "7-2", "8"])
    #expect(
      table.notes.first?.hasPrefix("the id '7' has several prompts, which are kept separate")
        == true)
    let whole = try read(
      rows.split(separator: "\n").filter { !$0.hasPrefix("7,y") }.joined(separator: "\n"))
    #expect(PromptGroups(of: whole.responses).ids == ["7", "8"] && whole.notes.isEmpty)
  }

  @Test func `JudgeBench's pairs of one id and other questions are prompts by themselves`() throws {
    func row(_ question: String, _ score: Double) -> String {
      #"{"pair_id":"7","source":"s","question":"\#(question)","label":"A>B","#
        + #""judgments":[{"judgment":{"scores":[\#(score),1]}}]}"#
    }
    let table = try read([row("x", 2), row("y", 0)].joined(separator: "\n"))
    #expect(table.responses.map(\.promptID) == ["7", "7", "7-2", "7-2"])
    #expect(failure([row("x", 2), row("x", 0)].joined(separator: "\n")).contains("a second time"))
  }

  @Test func `ids that every row has for itself are the rows' where prompts come again`() throws {
    let rows = "NAME,prompt,response,score\n1,x,a,1\n2,x,b,2\n3,y,c,3\n"
    let table = try read(rows.replacing("NAME", with: "id"))
    #expect(PromptGroups(of: table.responses).groupOfRow == [0, 0, 1])
    #expect(table.promptRule == .texts(["prompt"]))
    // Whoever writes prompt_id says whose id it is.
    let named = try read(rows.replacing("NAME", with: "prompt_id"))
    #expect(PromptGroups(of: named.responses).groupOfRow == [0, 1, 2])
  }

  @Test func `a label by step does not fit steps that were cut`() throws {
    func row(_ truncated: Bool) -> String {
      #"{"prompt_id":"p\#(truncated)","steps":[0.9,0.2],"label":1,"truncated":\#(truncated)}"#
        + "\n"
    }
    #expect(try read(row(false)).responses.map(\.steps) == [[0.9, 0.2]])
    #expect(
      failure(row(false) + row(true))
        == "in, line 2, column 'truncated': expected a response that was scored without truncation, "
        + "found a step label on a truncated response")
    // Without a label there is nothing to fit.
    let bare = row(true).replacing(#","label":1"#, with: "")
    #expect(try read(bare).responses.count == 1)
  }

  @Test func `places count beside another column of prompts where they are one prompt's`() throws {
    let table = try read("prompt_id,id,index,score\np,1,1,5\np,2,0,6\n")
    #expect(table.responses.map(\.index) == [1, 0])
    let others = try read("prompt_id,id,index,score\np,1,0,5\np,2,0,6\n")
    #expect(others.responses.map(\.index) == [0, 1])
  }

  @Test func `whatever holds a prompt tells prompts apart`() throws {
    func groups(_ text: String) throws -> [Int32] {
      PromptGroups(of: try read(text).responses).groupOfRow
    }
    #expect(try groups("question,score\nx,1\nx,2\ny,3\n") == [0, 0, 1])
    #expect(try groups("instruction,input,score\nx,a,1\nx,b,2\nx,a,3\n") == [0, 1, 0])
    #expect(try groups("system,prompt,score\ns,p,1\nt,p,2\ns,p,3\n") == [0, 1, 0])
    #expect(try groups("subset,prompt,score\ns,p,1\nt,p,2\ns,p,3\n") == [0, 1, 0])
    #expect(try groups("prompt,score\n,1\n,2\n") == [0, 1])
    #expect(try groups("score\n1\n2\n") == [0, 1])
    let turns = { (question: String, answer: String) in
      #"{"score":1,"messages":[{"role":"user","content":"\#(question)"},"#
        + #"{"role":"assistant","content":"\#(answer)"}]}"#
    }
    #expect(
      try groups([turns("x", "a"), turns("y", "a"), turns("x", "b")].joined(separator: "\n"))
        == [0, 1, 0])
    // An id tells more than a text.
    #expect(try groups("id,prompt,score\na,p,1\nb,p,2\na,p,3\n") == [0, 1, 0])
  }

  @Test func `a long prompt has a short name of its own`() throws {
    let long = String(repeating: "word ", count: 100)
    let table = try read("prompt,score\n\(long),1\n\(long)x,2\n\(long),3\n")
    let names = table.responses.map(\.promptID)
    #expect(names[0] == names[2] && names[0] != names[1])
    #expect(names.allSatisfy { $0.count < 80 })
  }

  @Test func `a named group may be of any type`() throws {
    let table = try read(
      "{\"q\":[1,{\"b\":2,\"a\":1}],\"score\":1}\n{\"q\":[1,{\"a\":1,\"b\":2}],\"score\":2}"
    ) { $0.group = "q" }
    #expect(Set(table.responses.map(\.promptID)).count == 1)
    #expect(failure("{\"q\":null,\"score\":1}") { $0.group = "q" }.contains("found no value"))
  }

  @Test func `places that come again in rows of one text are other responses'`() throws {
    let table = try read("prompt,index,score\np,0,1\np,1,2\np,0,3\n")
    #expect(table.responses.map(\.index) == [0, 1, 2])
    #expect(failure("id,index,score\np,0,1\np,0,3\n").contains("response 0 of 'p' a second time"))
  }

  // MARK: - Several pairs of a prompt

  private func pair(_ id: String, _ a: Double, _ b: Double, _ texts: String = "") -> String {
    #"{\#(id),"score_chosen":\#(a),"score_rejected":\#(b)\#(texts)}"#
  }

  @Test func `a prompt may have several pairs, which stay apart`() throws {
    let table = try read(
      [
        pair(#""prompt_id":"u""#, 1, 0), pair(#""prompt_id":"u""#, 3, 2),
        pair(#""prompt_id":"v""#, 1, 0),
      ]
      .joined(separator: "\n"))
    #expect(table.responses.map(\.promptID) == ["u", "u", "u", "u", "v", "v"])
    #expect(table.responses.map(\.index) == [0, 1, 2, 3, 0, 1])
    #expect(table.responses.map(\.pair) == [nil, nil, 1, 1, nil, nil])
    let texts = try read(
      [
        pair(#""prompt":"p""#, 1, 0, #","chosen":"a","rejected":"b""#),
        pair(#""prompt":"p""#, 1, 0, #","chosen":"a","rejected":"b""#),
      ].joined(separator: "\n"))
    #expect(texts.responses.map(\.pair) == [nil, nil, 1, 1])
  }

  @Test func `rows of one id may be the pairs of one prompt, but not one pair twice`() throws {
    let first = pair(#""id":1"#, 1, 0, #","chosen":"a","rejected":"b""#)
    let second = pair(#""id":1"#, 2, 0, #","chosen":"c","rejected":"b""#)
    let again = pair(#""id":1"#, 5, 0, #","chosen":"a","rejected":"b""#)
    #expect(try read(first + "\n" + second).responses.map(\.index) == [0, 1, 2, 3])
    #expect(
      failure(first + "\n" + again)
        .begins(
          "in, line 2, column 'id': expected …, found the id '1' a second time, with the same texts"
        ))
    #expect(
      failure(pair(#""id":1"#, 1, 0) + "\n" + pair(#""id":1"#, 2, 0))
        .contains("found the id '1' a second time, with other scores"))
  }

  @Test func `a column of pairs says which responses belong together`() throws {
    let table = try read(
      "prompt_id,pair_id,role,score\na,x,chosen,1\na,y,chosen,2\na,x,rejected,3\na,y,rejected,4\n")
    #expect(table.responses.map(\.pair) == [nil, 1, nil, 1])
  }

  // MARK: - Names

  @Test func `names are found without case and blanks where there is no doubt`() throws {
    let table = try read(" Prompt_ID, Score ,LABEL\na,1,1\na,2,0\n")
    #expect(table.responses.map(\.promptID) == ["a", "a"])
    #expect(table.responses.map(\.role) == [.chosen, .rejected])
    let exact = try read("Score,score\n1,2\n")
    #expect(exact.responses.map(\.score) == [2])
    #expect(failure("Score,SCORE\n1,2\n").contains("no column 'score'"))
  }

  @Test func `what TRL calls its columns is read`() throws {
    let table = try read("prompt,completion,reward\np,abc,1\np,de,2\n") {
      $0.covariates = ["length"]
    }
    #expect(table.responses.map(\.score) == [1, 2])
    #expect(table.responses.map { $0.covariates["length"] } == [3, 2])
    #expect(PromptGroups(of: table.responses).count == 1)
    let pairs = try read(#"{"chosen_reward":1.5,"rejected_reward":0.5}"#)
    #expect(pairs.responses.map(\.score) == [1.5, 0.5])
  }

  @Test func `a table without scores lists its columns and asks for one`() {
    let naming = ScoreColumns.Naming(score: "--score NAME", label: "--label NAME")
    #expect(
      failure("id,rm_score\n1,2\n") { $0.naming = naming }
        == "in: expected a column of scores, found no column 'score'; the columns are 'id', 'rm_score'; "
        + "name it with --score NAME (perhaps 'rm_score')")
    #expect(
      failure("id score\n1 2\n").contains(
        "one name that contains 'a space': expected cells separated by"))
    #expect(failure("a,b\n1,2\n") { $0.score = "x" }.contains("found no column 'x'"))
  }
}
