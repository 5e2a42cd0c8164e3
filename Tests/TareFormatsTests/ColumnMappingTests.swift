import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct ColumnMappingTests {
  private func mapping(_ texts: String...) throws -> ColumnMapping {
    var mapping = ColumnMapping(naming: "--columns")
    for text in texts { try mapping.add(text) }
    return mapping
  }

  private func read(_ text: String, _ columns: String...) throws -> [CandidateSet] {
    var mapping = ColumnMapping(naming: "--columns")
    for text in columns { try mapping.add(text) }
    return try readCandidates(Data(text.utf8), name: "in", columns: mapping)
  }

  private func scores(_ text: String, _ columns: String...) throws -> ScoreTable {
    var mapping = ColumnMapping(naming: "--columns")
    for text in columns { try mapping.add(text) }
    return try ScoreTable(readTable(Data(text.utf8), name: "in", columns: mapping))
  }

  private func failure(_ work: () throws -> Void) -> String {
    let error = #expect(throws: TareError.self) { try work() }
    return error?.description ?? ""
  }

  // MARK: - What is typed

  @Test func `a mapping is names and places`() throws {
    let found = try mapping("prompt=question, response = output.text", "scores[]=a,scores[]=b")
    #expect(found.entries.map(\.name) == ["prompt", "response", "scores", "scores"])
    #expect(found.entries.map(\.isList) == [false, false, true, true])
    #expect(
      found.json
        == ["prompt": "question", "response": "output.text", "scores[]": ["a", "b"]])
  }

  @Test(arguments: [
    "prompt", "=question", "prompt=", "prompt=a,prompt=b", "scores[]=a,scores=b", "",
  ])
  func `what is no mapping is a usage error`(text: String) {
    let error = #expect(throws: TareError.self) { try mapping(text) }
    #expect(error?.exitCode == 64)
    #expect(error?.description.hasPrefix("--columns: expected ") == true)
  }

  @Test func `a file of mappings is lines or an object`() throws {
    let typed = try mapping("prompt=question,scores[]=a,scores[]=b")
    var lines = ColumnMapping(naming: "--columns")
    try lines.add(contents: Array("# mine\n\nprompt=question\r\nscores[]=a\nscores[] = b\n".utf8))
    #expect(lines == typed)
    var object = ColumnMapping(naming: "--columns")
    try object.add(contents: Array(#" {"prompt":"question","scores[]":["a","b"]}"#.utf8))
    #expect(object == typed)
    var again = ColumnMapping(naming: "--columns")
    try again.add(contents: Array(JSONValue.object(typed.json).text().utf8))
    #expect(again == typed)
    #expect(
      failure { try lines.add(contents: Array("score=x\nnothing\n".utf8)) }
        == "line 2: expected NAME=COLUMN, such as prompt=question, found 'nothing'")
    #expect(
      failure { try lines.add(contents: Array(#"{"score":3}"#.utf8)) }
        .begins("member 'score': expected …, found a number"))
  }

  // MARK: - Rows of texts

  @Test func `columns get other names before layouts look`() throws {
    let set = try read(
      #"{"question":"p","answer":"r","source":"web"}"#, "prompt=question,response=answer")[0]
    #expect(set.prompt == [.user("p")])
    #expect(set.responses == [Candidate(role: .response, text: "r")])
    #expect(set.extras == ["source": "web"])
  }

  @Test func `members, elements and lists are found inside`() throws {
    let row = #"""
      {"in":{"q":"p","lang":"en"},"out":[{"text":"a","by":"x"},{"text":"b","by":"y"}],"a.b":"s"}
      """#
    let set = try read(row, "prompt=in.q,responses[]=out[].text,subset=a.b")[0]
    #expect(set.prompt == [.user("p")])
    #expect(set.responses.map(\.text) == ["a", "b"])
    #expect(set.subset == "s")
    // What has no new name stays.
    #expect(set.extras == ["in": ["lang": "en"], "out": [["by": "x"], ["by": "y"]]])
    let last = try read(row, "prompt=in.q", "response=out[-1].text")[0]
    #expect(last.responses.map(\.text) == ["b"])
  }

  @Test func `several columns are one list`() throws {
    let set = try read(#"{"q":"p","a":"1","b":"2"}"#, "prompt=q,responses[]=a,responses[]=b")[0]
    #expect(set.responses.map(\.text) == ["1", "2"])
    #expect(set.extras.isEmpty)
  }

  @Test func `cells of CSV hold JSON`() throws {
    let csv = "q,out\np,\"{\"\"text\"\":\"\"r\"\",\"\"n\"\":1}\"\n"
    #expect(try read(csv, "prompt=Q,response=out.text")[0].responses[0].text == "r")
    let lists = "q,answers\np,\"[\"\"a\"\",\"\"b\"\"]\"\n"
    #expect(
      try read(lists, "prompt=q,responses[]=answers")[0].responses.map(\.text) == ["a", "b"])
  }

  @Test func `a new name takes the place of a column`() throws {
    let set = try read(#"{"prompt":"no","q":"yes","response":"r"}"#, "prompt=q")[0]
    #expect(set.prompt == [.user("yes")])
  }

  @Test func `errors name the columns that are there`() {
    #expect(
      failure { _ = try read(#"{"a":"p","b":{"c":"r"}}"#, "prompt=question") }
        == "in: expected one of 'a', 'b', found no column 'question' to use as 'prompt'")
    #expect(
      failure { _ = try read(#"{"a":"p","b":{"c":"r"}}"#, "prompt=a,response=b.text") }
        == "in, column 'b': expected one of its members 'c', found nothing at 'b.text' in any row")
    #expect(
      failure { _ = try read(#"{"a":"p","b":"r"}"#, "prompt=a,response=b.text") }
        .contains(
          "expected a list or an object, found nothing at 'b.text' in any row, but a string")
    )
  }

  // MARK: - Tables of scores

  @Test func `scores are read under other names and rows are written as they were`() throws {
    let lines =
      #"{"g":"x","meta":{"reward":1.5},"is":1}"# + "\n"
      + #"{"g":"x","meta":{"reward":0.5},"is":0}"# + "\n"
    let table = try scores(lines, "prompt_id=g,score=meta.reward,label=is")
    #expect(table.responses.map(\.score) == [1.5, 0.5])
    #expect(table.responses.map(\.role) == [.chosen, .rejected])
    #expect(table.responses.map(\.promptID) == ["x", "x"])
    let written = String(decoding: try table.data(adding: [("calibrated", [1, 2])]), as: UTF8.self)
    #expect(
      written
        == #"{"g":"x","meta":{"reward":1.5},"is":1,"calibrated":1.0}"# + "\n"
        + #"{"g":"x","meta":{"reward":0.5},"is":0,"calibrated":2.0}"# + "\n")
  }

  @Test func `numbers of CSV are read inside cells and beside them`() throws {
    let csv = "q,logits,extra\nx,\"[2.5, -1]\",1\ny,\"[0, 3]\",2\n"
    let table = try scores(csv, "scores[]=logits,prompt_id=q")
    #expect(table.responses.map(\.score) == [2.5, -1, 0, 3])
    #expect(table.responses.map(\.promptID) == ["x", "x", "y", "y"])
    let plain = try scores("Q,R\nx,2\n", "score=r,prompt_id=q")
    #expect(plain.responses.map(\.score) == [2])
  }

  @Test func `a name that is given away is no longer there`() throws {
    let table = try readTable(
      Data("score,reward\n1,2\n".utf8), name: "in", columns: mapping("score=reward"))
    #expect(table.columns == ["score"])
    #expect(try table.numbers(in: "score") == [2])
    #expect(throws: TareError.self) { try table.numbers(in: "reward") }
  }

  @Test func `another format has the file's own columns, too`() throws {
    let text = "prompt_id,question,score,reward\na,x,1,2\n"
    let table = try readTable(
      Data(text.utf8), name: "in", columns: mapping("score=reward,prompt=question"))
    #expect(try ScoreTable(table).responses.map(\.score) == [2])
    let added = [TableColumn(name: "calibrated", values: [.double(0.5)])]
    let written = try table.data(adding: added, for: "out.jsonl", format: nil)
    #expect(
      String(decoding: written, as: UTF8.self)
        == #"{"prompt_id":"a","question":"x","score":1,"reward":2,"calibrated":0.5}"# + "\n")
  }
}
