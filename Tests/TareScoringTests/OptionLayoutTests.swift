/// Decision models of packages with heads of their own, compared with what the packages answer
/// (Fixtures/layouts.py and more_layouts.py).
import Foundation
import TareCore
import TareScoring
import TareTemplates
import TareTesting
import TareTokenizers
import Testing

@Suite struct OptionLayoutTests {
  static let root = projectFolder.appending(path: "Tests/TareScoringTests/Fixtures/layouts")
  static let names = [
    "laya", "wev-pointer", "wev-set", "decision-tune", "opendecider", "nano-jev", "cyber-jev",
    "strands", "strands-qwen3_5", "open-jev", "opendecider-small",
  ]

  struct Expected {
    let name: String
    let request: DecisionRequest?
    let row: JSONValue
  }

  static func expected(_ model: String) throws -> [Expected] {
    let text = try String(
      contentsOf: root.appending(path: "\(model)/expected.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      let row = try JSONValue(parsing: String(line))
      let name = row["question"]?.string ?? ""
      return Expected(
        name: row["name"]?.string ?? "",
        request: try? DecisionRequest([
          "state": row["state"] ?? .null, "questions": .object([name: row["asked"] ?? .null]),
        ]),
        row: row)
    }
  }

  static func model(_ name: String, threads: Int = 2) throws -> DecisionModel {
    try model(root.appending(path: name), threads: threads)
  }

  static func model(_ folder: URL, threads: Int = 1) throws -> DecisionModel {
    var options = DecisionModel.Options(
      threads: threads, date: try CalendarDate(parsing: "2026-11-30"))
    let base = folder.appending(path: "base")
    if FileManager.default.fileExists(atPath: base.path) { options.base = base }
    return try DecisionModel(folder, options)
  }

  /// Packed and alone the packages' own probabilities differ by up to 3e-6; a wrong token or position
  /// moves them by 1e-3 and more.
  @Test(arguments: names)
  func `tokens, positions and probabilities are the package's`(name: String) throws {
    let model = try Self.model(name)
    var (answered, refused, worst) = (0, 0, 0.0)
    for expected in try Self.expected(name) {
      let request = try #require(expected.request, "\(expected.name)")
      guard expected.row["error"] == nil else {
        let error = #expect(throws: TareError.self, "\(expected.name)") {
          try model.answers([request])
        }
        #expect(error?.description.contains("question '\(request.questions[0].name)'") == true)
        refused += 1
        continue
      }
      let prompt = try #require(try model.prompts(request).first)
      #expect(
        prompt.ids.map { Int($0) } == expected.row["ids"]?.array?.compactMap(\.int),
        "\(expected.name)")
      #expect(prompt.marks == expected.row["marks"]?.array?.compactMap(\.int), "\(expected.name)")
      let reading = try model.answers([request])[0][0]
      let wanted = expected.row["probabilities"]?.array?.compactMap(\.double) ?? []
      #expect(reading.probabilities.count == wanted.count, "\(expected.name)")
      #expect(reading.tokens == prompt.ids.count)
      let isOfLetters = name == "opendecider-small"
      #expect((reading.labelMass != nil) == isOfLetters)
      #expect((reading.isTopALabel != nil) == isOfLetters)
      for (found, wanted) in zip(reading.probabilities, wanted) {
        worst = max(worst, abs(Double(found) - wanted))
      }
      answered += 1
    }
    #expect(worst <= 1e-5, "\(name): \(worst)")
    #expect(answered >= 8 && answered + refused >= 24)
  }

  @Test(arguments: names)
  func `a head's answer is the same bits alone, among others and with one thread`(
    name: String
  ) throws {
    let model = try Self.model(name)
    let requests = try Self.expected(name).filter { $0.row["error"] == nil }.compactMap(\.request)
    let together = try model.answers(requests)
    #expect(try model.answers(requests.reversed()) == together.reversed())
    #expect(try requests.map { try model.answers([$0])[0] } == together)
    #expect(try Self.model(name, threads: 1).answers(requests) == together)
    let joined = DecisionRequest(
      state: requests[0].state, questions: requests[0].questions + requests[1].questions)
    #expect(try model.answers([joined])[0] == together[0] + together[1])
  }

  @Test(arguments: ["laya", "wev-pointer", "decision-tune", "opendecider", "strands"])
  func `a head's request writes none of the model's tokens`(name: String) throws {
    let model = try Self.model(name)
    let written = "a [MASK] b [SEP] c <|box_start|> d <|im_end|> e"
    let request = DecisionRequest(
      state: .object([written: .string(written)]),
      questions: [
        DecisionQuestion(
          name: "q", kind: .choice, instructions: .string(written),
          options: [
            .init(name: written, description: .null), .init(name: "other", description: .null),
          ])
      ])
    let ids = try model.prompts(request)[0].ids
    func count(_ token: String) -> Int {
      model.text.tokenizer.id(of: token).map { id in ids.count { $0 == id } } ?? 0
    }
    #expect(count("<|im_end|>") == 0)
    #expect(count("<|box_start|>") == (name == "wev-pointer" ? 2 : 0))
    let hasMasks = !["wev-pointer", "strands"].contains(name)
    #expect(count("[MASK]") == (hasMasks ? 2 : 0))
    #expect(count("[SEP]") == (hasMasks ? 3 : 0))
  }

  @Test func `OpenDecider's letters have one prompt, whoever asks, and 26 options`() throws {
    let model = try Self.model("opendecider-small")
    #expect(model.hasOwnTemplate && model.readsLabels)
    let expected = try Self.expected("opendecider-small")
    let request = try #require(expected[0].request)
    #expect(try model.prompts(request, .vllm).map(\.ids) == model.prompts(request).map(\.ids))
    #expect(!model.takesOtherLabels(request.questions[0]))
    func options(_ count: Int) -> DecisionRequest {
      DecisionRequest(
        state: "x",
        questions: [
          DecisionQuestion(
            name: "q", kind: .choice, instructions: "Which?",
            options: (0..<count).map { .init(name: "o\($0)", description: .null) })
        ])
    }
    #expect(try model.answers([options(26)])[0][0].probabilities.count == 26)
    let error = #expect(throws: TareError.self) { try model.answers([options(27)]) }
    #expect(error?.description.contains("question 'q': expected at most 26") == true)
  }

  @Test func `a request writes none of Open-Jev's marks`() throws {
    let model = try Self.model("open-jev")
    let written = "a [OPT] b [Q] c [STATE] d"
    let request = DecisionRequest(
      state: .object([written: .string(written)]),
      questions: [
        DecisionQuestion(
          name: "q", kind: .choice, instructions: .string(written),
          options: [
            .init(name: written, description: .null), .init(name: "other", description: .null),
          ])
      ])
    let ids = try model.prompts(request)[0].ids
    let counts = ["[OPT]": 2, "[Q]": 1, "[STATE]": 1, "[SEP]": 1]
    for (token, wanted) in counts {
      let id = try #require(model.text.tokenizer.id(of: token))
      #expect(ids.count { $0 == id } == wanted, "\(token)")
    }
  }

  // MARK: - Refusals

  private func copy(_ name: String, _ change: (URL) throws -> Void) throws -> TareError? {
    let folder = try TemporaryFolder()
    let copy = folder.url.appending(path: name)
    try FileManager.default.copyItem(at: Self.root.appending(path: name), to: copy)
    try change(copy)
    return #expect(throws: TareError.self) { try Self.model(copy) }
  }

  @Test func `a layout of a form that is not read is refused by name`() throws {
    let parallel = try copy("laya") { folder in
      let file = folder.appending(path: "rl_agent_config.json")
      try Data(#"{"option_layout": "parallel"}"#.utf8).write(to: file)
    }
    #expect(parallel?.description.contains("'option_layout'") == true)
    let small = try copy("opendecider") { folder in
      try Data(#"{"kind": "huge"}"#.utf8).write(to: folder.appending(path: "opendecider.json"))
    }
    #expect(small?.description.contains("nano") == true)
    let beside = try copy("opendecider") { folder in
      try Data(#"{"kind": "small"}"#.utf8).write(to: folder.appending(path: "opendecider.json"))
    }
    #expect(beside?.description.contains("a head file beside opendecider.json") == true)
    let mlx = try copy("opendecider-small") { folder in
      try Data(#"{"kind": "small-mlx", "mlx_base": "base"}"#.utf8)
        .write(to: folder.appending(path: "opendecider.json"))
    }
    #expect(mlx?.description.contains("'mlx_base'") == true)
    let set = try copy("wev-pointer") { folder in
      try Data(#"{"head_type": "mean", "head_dim": 16}"#.utf8)
        .write(to: folder.appending(path: "wev.json"))
    }
    #expect(set?.description.contains("'head_type'") == true)
  }

  @Test func `heads of Strands and Open-Jev of other forms are refused by name`() throws {
    let settings = [
      (#"{"head_type": "slot", "pointer_dim": 16}"#, "'head_type'"),
      (#"{"pointer_dim": 16}"#, "'head_type'"),
      (#"{"head_type": "pointer", "pointer_dim": 16, "use_lora": false}"#, "'use_lora'"),
      (#"{"head_type": "pointer", "full_weight_targets": ["q_proj"]}"#, "'full_weight_targets'"),
      (#"{"head_type": "pointer", "pointer_dim": 16, "temperature": 0}"#, "'temperature'"),
      (#"{"head_type": "pointer", "pointer_dim": 8}"#, "tensor 'q.weight'"),
    ]
    for (json, named) in settings {
      let error = try copy("strands") { folder in
        try Data(json.utf8).write(to: folder.appending(path: "strands_decider_config.json"))
      }
      #expect(error?.description.contains(named) == true, "\(json): \(error?.description ?? "")")
    }
    let pooled = try copy("open-jev") { folder in
      try Data(#"{"hidden": 32, "pool": "q-opt"}"#.utf8)
        .write(to: folder.appending(path: "open_jev_config.json"))
    }
    #expect(pooled?.description.contains("'pool'") == true)
    let pickle = try copy("strands") { folder in
      try Data("x".utf8).write(to: folder.appending(path: "slot_head.pt"))
    }
    #expect(pickle?.description.contains("slot_head.pt") == true)
    let bare = try copy("strands") { folder in
      try FileManager.default.removeItem(at: folder.appending(path: "base"))
    }
    #expect(bare?.description.contains("base_model_name_or_path") == true)
  }

  @Test func `a head that would be ignored is named`() throws {
    let pickle = try copy("wev-pointer") { folder in
      try FileManager.default.removeItem(at: folder.appending(path: "wev.json"))
      try FileManager.default.removeItem(at: folder.appending(path: "head.safetensors"))
      try Data("x".utf8).write(to: folder.appending(path: "head.pt"))
    }
    #expect(pickle?.description.contains("head.pt") == true)
    for name in ["bev_config.json", "config.json"] {
      let bev = try copy("opendecider-small") { folder in
        try FileManager.default.removeItem(at: folder.appending(path: "opendecider.json"))
        try Data(#"{"model_type": "bev-pro", "base_model": "tiny"}"#.utf8)
          .write(to: folder.appending(path: name))
      }
      #expect(bev?.description.contains("Beveridge") == true, "\(name)")
    }
    let bare = try copy("wev-pointer") { folder in
      try FileManager.default.removeItem(at: folder.appending(path: "wev.json"))
    }
    #expect(bare?.description.contains("head") == true)
  }

  @Test func `a state that a layout would cut is an error that names the prompt`() throws {
    for name in [
      "laya", "decision-tune", "opendecider", "nano-jev", "strands", "open-jev",
      "opendecider-small",
    ] {
      let request = DecisionRequest(
        state: .string(String(repeating: "money back. ", count: 200)),
        questions: [
          DecisionQuestion(
            name: "q", kind: .choice, instructions: "Which?",
            options: [.init(name: "a", description: .null), .init(name: "b", description: .null)])
        ])
      let error = #expect(throws: TareError.self, "\(name)") {
        try Self.model(name).answers([request])
      }
      #expect(error?.description.contains("question 'q', prompt") == true, "\(name)")
    }
  }

  @Test func `Cyber-Jev's decisions of one pass are refused`() throws {
    let folder = try TemporaryFolder()
    let copy = folder.url.appending(path: "model")
    try FileManager.default.copyItem(at: Self.root.appending(path: "cyber-jev"), to: copy)
    try Data(#"{"helpful": {"option": 1}}"#.utf8).write(to: copy.appending(path: "one_pass.json"))
    let model = try Self.model(copy)
    for expected in try Self.expected("cyber-jev") where expected.row["question"] == "helpful" {
      let request = try #require(expected.request)
      let error = #expect(throws: TareError.self) { try model.answers([request]) }
      #expect(error?.description.contains("one_pass.json") == true)
    }
  }
}
