/// Models for the server's tests: a real one of a few thousand parameters, and one that a test
/// holds up, fails and watches.
import Dispatch
import Foundation
import Synchronization
import TareCore
import TarePipeline
import TareScoring
import TareServing
import TareTemplates
import TareTesting
import Testing

/// A tiny reward model in files, and a service of it.
struct TinyReward {
  let folder: TemporaryFolder
  let service: RewardService
  private let model: RewardModel
  private let options: ScoringOptions

  init() throws {
    folder = try TemporaryFolder()
    var settings = ScoringSettings(
      model: try folder.file("tiny.gguf", TinyModel.gguf()),
      head: try folder.file("head.safetensors", TinyModel.head()))
    settings.threads = 2
    service = try RewardService(settings)
    let text = try TextModel(URL(filePath: settings.model))
    let head = try LoadedHead(.file(folder.path("head.safetensors")), of: text)
    model = try RewardModel(text, head: head, threads: 1)
    options = ScoringOptions(readRule: .huggingFace, date: try CalendarDate(parsing: "2026-01-31"))
  }

  /// A prompt and a response of some length, different for every number.
  static func conversation(_ number: Int) -> Conversation {
    let response = (0...(number * 7 % 23)).map { "word \($0 * number)" }.joined(separator: ", ")
    return Conversation(prompt: [.user("Question \(number)?")], response: response)
  }

  /// What a trainer would send for a conversation, and its reward by the model alone.
  func rendered(_ conversation: Conversation) throws -> (text: String, reward: Float) {
    let tokens = try model.text.tokenize(conversation, options)
    return (tokens.text, try model.score([tokens])[0].value)
  }

  /// The first `count` conversations.
  func samples(_ count: Int) throws -> [(text: String, reward: Float)] {
    try (0..<count).map { try rendered(Self.conversation($0)) }
  }
}

/// Scores a text by its token count; the text "bad" fails, and so does all that runs with it.
final class WatchedModel: ServedModel {
  let name = "watched"
  private let text: TextModel
  private let options: ScoringOptions
  private let gate = DispatchSemaphore(value: 0)
  private let isHeld: Bool
  private let log = Mutex<[[String]]>([])
  private let pairs: ServedTexts.Pairs
  let profile: ModelProfile

  /// - Parameters:
  ///   - isHeld: whether each pass waits for `release`.
  ///   - template: another chat template than the tiny model's.
  ///   - addsBOS: whether the tokenizer puts a BOS before plain texts.
  ///   - truncation: what happens to texts that are too long.
  ///   - pairs: how a query and a document become a text.
  ///   - profile: what its files would say of its answers.
  init(
    isHeld: Bool = false, template: String? = nil, addsBOS: Bool = false,
    truncation: ScoringOptions.Truncation = .left, pairs: ServedTexts.Pairs = .joined,
    profile: ModelProfile = ModelProfile()
  ) throws {
    self.pairs = pairs
    self.profile = profile
    let folder = try TemporaryFolder()
    var builder = TinyModel.builder()
    if let template,
      let index = builder.pairs.firstIndex(where: { $0.0 == "tokenizer.chat_template" })
    {
      builder.pairs[index].2 = GGUFBuilder.string(template)
    }
    if addsBOS,
      let index = builder.pairs.firstIndex(where: { $0.0 == "tokenizer.ggml.add_bos_token" })
    {
      builder.pairs[index].2 = [1]
    }
    text = try TextModel(URL(filePath: folder.file("tiny.gguf", Data(builder.file))))
    options = ScoringOptions(
      readRule: .last, truncation: truncation, date: try CalendarDate(parsing: "2026-01-31"))
    self.isHeld = isHeld
  }

  /// The texts of each pass that has begun.
  var passes: [[String]] { log.withLock { $0 } }

  func release(_ passes: Int = 1) {
    for _ in 0..<passes { gate.signal() }
  }

  func tokenize(_ text: ServedText) throws(TareError) -> TokenizedConversation {
    try ServedTexts(model: self.text, options: options, pairs: pairs).tokenize(text)
  }

  func response(in rendered: String, after prompt: String?) -> String? {
    text.assistantTurn(options).response(in: rendered, after: prompt)
  }

  func beginning(of text: String, tokens count: Int) throws(TareError) -> String {
    try self.text.beginning(of: text, tokens: count)
  }

  func spell(_ ids: [Int32]) throws(TareError) -> (text: String, tokens: [String]) {
    try text.spell(ids)
  }

  func score(_ texts: [TokenizedConversation]) throws(TareError) -> [Score] {
    log.withLock { $0.append(texts.map(\.text)) }
    if isHeld { gate.wait() }
    guard !texts.contains(where: { $0.text == "bad" }) else { throw .fault("the score is nan") }
    return texts.map { text in
      Score(
        value: Float(text.ids.count), tokens: text.ids.count, length: text.length,
        readAt: text.readAt, truncated: text.truncated)
    }
  }
}

extension RewardService {
  func score(rendered texts: [String]) async throws(TareError) -> [Score] {
    try await rewards(texts.map { .rendered($0) }).map(\.score)
  }
}

/// Waits until something that happens elsewhere has happened.
func eventually(_ condition: () -> Bool) async throws {
  while !condition() { try await Task.sleep(for: .milliseconds(2)) }
}
