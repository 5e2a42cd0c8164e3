/// Score files in every layout: read, imported, and given back as they were.
import Foundation
import TareCore
import TareFormats
import TareStore
import TareTesting
import Testing

@Suite struct StoreSourceTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path())
  }

  /// A small file of each layout, with numbers that must come back as they are.
  static let files: [(name: String, text: String)] = [
    (
      "RewardBench",
      """
      {"model": "m", "model_type": "Seq. Classifier", "subset": ["hep-go", "hep-go"],
       "id": ["a", "b"], "text_chosen": ["x\\u00e9", "y"], "text_rejected": ["z", "w\\n"],
       "scores_chosen": [[0.1], [1.0]], "scores_rejected": [1e-7, -0.0], "results": [1, 1]}
      """
    ),
    (
      "RewardBench 2",
      """
      {"model": "m", "subset": ["Math", "Ties"], "id": ["1", "ref:0"], "num_correct": [1, 1],
       "text": [["a", "b"], ["c", "d"]], "scores": [[2.5, 1], [[3], [4.25]]], "results": [1, null]}
      """
    ),
    (
      "RewardBench's outputs",
      """
      {"prompt": "p", "results": 1, "scores_chosen": 0.30000000000000004, "scores_rejected": 0, "id": 7}
      {"id": 8, "prompt": "q", "results": 0, "scores_chosen": [1.0], "scores_rejected": [12345678901234567]}

      """
    ),
    (
      "RewardBench's pairs",
      "{\"chosen\": 1.5, \"rejected\": [0.5]}\n{\"chosen\": -2, \"rejected\": 3}\n"
    ),
    (
      "RM-Bench",
      """
      [{"id": "8", "domain": "chat", "prompt": "p", "chosen": ["a", "b", "c"], "rejected": ["d", "e", "f"],
        "score_chosen": [1, 2, 3.5], "score_rejected": [0, 1e2, -1]}]
      """
    ),
    (
      "JudgeBench",
      """
      {"pair_id":"x","source":"mmlu-pro-law","question":"q","response_A":"a","response_B":"b","label":"B>A",\
      "judgments":[{"judgment":{"scores":[1.5,2]},"decision":"B>A"},{"judgment":{"scores":[2,1.25]},"decision":"A>B"}]}

      """
    ),
    (
      "AlpacaEval",
      """
      [{"instruction": "i", "output_1": "four", "generator_1": "base", "output_2": "seven!!", "generator_2": "m",
        "annotator": "a", "preference": 1.75},
       {"instruction": "j", "output_1": "", "generator_1": "base", "output_2": "x", "generator_2": "m",
        "annotator": "a", "preference": null}]
      """
    ),
    (
      "JSON lines",
      "{\"id\": \"a\", \"score\": 1e-300, \"label\": true, \"length\": 3}\n\n{\"id\":\"b\",\"score\":2,\"label\":0,\"length\":4}\n"
    ),
    ("CSV", "id,score,label,note\r\na,0.10,1,\"x, \"\"y\"\"\"\r\na,-0.0,0,\r\n"),
    (
      "steps",
      "{\"id\": 1, \"steps\": [0.9, 0.25], \"label\": 1}\n{\"id\": 2, \"steps\": [{\"position\": 4, \"score\": 0.5}], \"label\": -1}\n"
    ),
  ]

  @Test(arguments: files.indices)
  func `a file is given back as it was, and its scores are those of the file`(index: Int) throws {
    let (name, text) = Self.files[index]
    let file = ScoreFile(name: name, data: Data(text.utf8))
    let run = try store.importRun(named: "r", from: file)
    #expect(try store.exportedFile(of: run) == file.data)
    let direct = try ScoreTable(try file.table()).responses
    #expect(!direct.isEmpty)
    #expect(try store.scores(of: run).responses == direct)
    #expect(try store.summary(of: run).scored == direct.count)
    #expect(try store.items(of: run).map(\.promptID) == direct.map(\.promptID))
    let again = try store.importRun(named: "again", from: file)
    try store.delete(run)
    #expect(try store.scores(of: again).responses == direct)
    #expect(try store.summary(of: again).scored == direct.count)
    try store.delete(again)
    #expect(try store.runs().isEmpty)
  }

  private func responses(_ name: String) throws -> [ScoredResponse] {
    let text = try #require(Self.files.first { $0.name == name }).text
    return Array(try ScoreTable(try ScoreFile(name: name, data: Data(text.utf8)).table()).responses)
  }

  @Test func `RM-Bench's styles have their places, and its domain is the section`() throws {
    let responses = try responses("RM-Bench")
    #expect(responses.map(\.index) == [0, 1, 2, 3, 4, 5])
    #expect(responses.map(\.role) == [.chosen, .chosen, .chosen, .rejected, .rejected, .rejected])
    #expect(responses.map(\.score) == [1, 2, 3.5, 0, 100, -1])
    #expect(responses.allSatisfy { $0.section == "chat" })
  }

  @Test func `JudgeBench's second game is kept where it differs`() throws {
    let responses = try responses("JudgeBench")
    #expect(responses.map(\.role) == [.rejected, .chosen])
    #expect(responses.map(\.score) == [1.5, 2])
    #expect(responses.map(\.covariates) == [["score_second_game": 1.25], [:]])
  }

  @Test func `AlpacaEval's preferences are two scores that sum to 1`() throws {
    let responses = try responses("AlpacaEval")
    #expect(responses.map(\.score) == [0.25, 0.75])
    #expect(responses.map(\.index) == [0, 1])
    #expect(responses.map(\.promptID) == ["i", "i"])
    #expect(responses.map { $0.covariates["length"] } == [4, 7])
    #expect(responses.allSatisfy { $0.role == .response && $0.label == nil })
  }

  @Test func `steps stand for the score where there is none, beside a label that is no role`()
    throws
  {
    let responses = try responses("steps")
    #expect(responses.map(\.steps) == [[0.9, 0.25], [0.5]])
    #expect(responses.map(\.score) == [0.25, 0.5])
    #expect(responses.map(\.label) == [1, -1])
    #expect(responses.allSatisfy { $0.role == .response })
  }

  @Test func `RewardBench's columns need no ids`() throws {
    let text = #"{"subset": ["a", "b"], "scores_chosen": [1, 2], "scores_rejected": [0, 3]}"#
    let responses = try ScoreTable(ScoreFile(name: "f", data: Data(text.utf8)).table()).responses
    #expect(responses.map(\.promptID) == ["row-1", "row-1", "row-2", "row-2"])
    // The same id in two subsets is two prompts.
    let twice =
      #"{"id": [0, 0], "subset": ["a", "b"], "scores_chosen": [1, 2], "scores_rejected": [0, 3]}"#
    let table = try ScoreTable(ScoreFile(name: "f", data: Data(twice.utf8)).table())
    #expect(PromptGroups(of: table.responses).count == 2)
  }

  @Test func `a column of steps is no hindrance to other layouts`() throws {
    func scores(_ text: String) throws -> [ScoredResponse] {
      Array(try ScoreTable(ScoreFile(name: "f", data: Data(text.utf8)).table()).responses)
    }
    let pairs = try scores(#"{"id":"1","scores_chosen":1,"scores_rejected":0,"steps":5}"#)
    #expect(pairs.map(\.role) == [.chosen, .rejected])
    let texts = try scores(#"{"id":"1","score":0.5,"steps":["first","second"]}"#)
    #expect(texts.map(\.steps) == [[]])
  }

  @Test func `a run of some rows gives those rows back`() throws {
    let csv = "rm,id,score\nA,1,0.5\nB,1,0.25\nA,2,1\n"
    let file = ScoreFile(name: "f.csv", data: Data(csv.utf8), filters: ["rm": "A"])
    let run = try store.importRun(named: "a", from: file)
    #expect(try store.exportedFile(of: run) == Data("rm,id,score\nA,1,0.5\nA,2,1\n".utf8))
    #expect(try store.scores(of: run).responses.map(\.score) == [0.5, 1])
    var other = file
    other.filters = ["rm": "B"]
    let second = try store.importRun(named: "b", from: other)
    #expect(try store.scores(of: second).responses.map(\.score) == [0.25])
    let all = #expect(throws: TareError.self) {
      try store.importRun(named: "c", from: ScoreFile(name: "f.csv", data: Data(csv.utf8)))
    }
    #expect(all?.description.shows("column 'rm': expected …, found 2 ('A', 'B')") == true)
    #expect(try store.runs().count == 2)
  }

  @Test(arguments: [
    (
      #"{"id": ["a", "b"], "subset": ["s"], "scores_chosen": [1, 2], "scores_rejected": [0, 0]}"#,
      "column 'subset': expected 2, as many as 'scores_chosen' has, found 1 values"
    ),
    (
      "{\"id\":\"a\",\"scores_chosen\":1,\"scores_rejected\":0}\n{\"id\":\"a\",\"scores_chosen\":2,\"scores_rejected\":0}\n",
      "line 2, column 'id': expected …, found the id 'a' a second time, with other scores"
    ),
    (
      "{\"id\":\"a\",\"scores_chosen\":1,\"scores_rejected\":0}\n{\"id\":null,\"scores_chosen\":2,\"scores_rejected\":0}\n",
      "line 2, column 'id': expected the prompt's id, found no value"
    ),
    (
      "{\"id\":\"a\",\"scores_chosen\":1,\"scores_rejected\":NaN}\n",
      "row 1, column 'scores_rejected': expected …, found NaN"
    ),
    (
      "{\"id\":\"a\",\"scores\":[1,2],\"num_correct\":3,\"subset\":\"Math\"}\n",
      "line 1, column 'num_correct': expected a number from 1 to 2, found 3.0"
    ),
    ("id,score\na,1\nb,\n", "line 3, column 'score': expected …, found an empty cell"),
    (
      "{\"instruction\":\"i\",\"output_1\":\"a\",\"output_2\":\"b\",\"preference\":3}\n",
      "line 1, column 'preference': expected a number from 1 to 2, or 0 for neither, found 3.0"
    ),
    (
      "{\"id\":1,\"steps\":[],\"label\":0}\n",
      "line 1, column 'steps': expected …, found an empty list"
    ),
    (
      "{\"id\":\"a\",\"score_chosen\":[1,2],\"score_rejected\":[0,0],\"chosen\":[\"x\"],\"rejected\":[\"y\",\"z\"]}\n",
      "line 1, column 'chosen': expected 2, as many as 'score_chosen' has, found 1 texts"
    ),
    (
      #"{"id": ["a", "b"], "scores_chosen": [1, NaN], "scores_rejected": [0, 0]}"#,
      "row 2, column 'scores_chosen': expected a finite number, found NaN"
    ),
    (
      #"[{"id": "a", "scores_chosen": 1, "scores_rejected": [-Infinity]}]"#,
      "row 1, column 'scores_rejected': expected …, found Infinity"
    ),
    (
      "{\"pair_id\":1,\"source\":\"mmlu-pro-law\",\"label\":\"A>B\",\"judgments\":[{\"judgment\":{\"scores\":[1,2]}},{\"judgment\":{\"scores\":[1]}}]}\n",
      "line 1, column 'judgments[1].judgment.scores'"
    ),
    (
      "{\"instruction\":\"i\",\"output_1\":\"a\",\"output_2\":\"b\",\"preference\":null}\n",
      "found no scores"
    ),
  ])
  func `what is wrong is named by row, and nothing is stored`(text: String, message: String) throws
  {
    let error = #expect(throws: TareError.self) {
      try store.importRun(named: "r", from: ScoreFile(name: "bad", data: Data(text.utf8)))
    }
    #expect(error?.description.shows(message) == true, "\(error?.description ?? "")")
    #expect(error?.exitCode == 65)
    #expect(try store.runs().isEmpty)
  }

  @Test func `gzip gives back what it took, of several members too, and damage is named`() throws {
    var random = Xoshiro256(seed: 4)
    let data = Data((0..<700_000).map { _ in UInt8(truncatingIfNeeded: random.next() & 15) })
    let gzipped = try Gzip.deflated(data)
    #expect(Gzip.isGzip(gzipped))
    #expect(gzipped.count < data.count)
    #expect(try Gzip.inflated(gzipped) == data)
    #expect(
      try Gzip.inflated(gzipped + Gzip.deflated(Data("tail".utf8))) == data + Data("tail".utf8))
    #expect(try Gzip.inflated(Gzip.deflated(Data())) == Data())
    #expect(try Gzip.inflated(gzipped + Data(count: 512)) == data)
    let short = #expect(throws: TareError.self) { try Gzip.inflated(gzipped.dropLast(5)) }
    #expect(short?.description.contains("end too early") == true)
    var broken = gzipped
    broken[broken.count / 2] ^= 0x55
    #expect(throws: TareError.self) { try Gzip.inflated(broken) }
    #expect(!Gzip.isGzip(Data("id,score".utf8)))
  }

  @Test func `a run keeps the names that its file's columns were given`() throws {
    let text = #"{"q":"a","r":{"s":1.5}}"# + "\n" + #"{"q":"a","r":{"s":0.5}}"# + "\n"
    var columns = TareFormats.ColumnMapping()
    try columns.add("prompt_id=q,score=r.s")
    let file = ScoreFile(name: "f.jsonl", data: Data(text.utf8), columns: columns)
    let store = try Store(path: ":memory:")
    let run = try store.importRun(named: "r", from: file)
    #expect(try store.scores(of: run).responses.map(\.score) == [1.5, 0.5])
    let kept = try #require(try store.source(of: run))
    #expect(kept.columns == columns)
    #expect(try ScoreTable(kept.table()).responses.map(\.promptID) == ["a", "a"])
    #expect(try store.exportedFile(of: run) == Data(text.utf8))
  }
}
