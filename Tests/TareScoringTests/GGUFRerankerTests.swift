/// Rerankers as llama.cpp converts them: template, labels and pooling are kept in the file.
import Foundation
import TareCore
import TareEngine
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct GGUFRerankerTests {
  private let folder: TemporaryFolder
  private let conversation = Conversation(prompt: [.user("Is it \\ 'so'?")], response: "It {is}.")
  private static let template = "<|im_start|>Judge: {query}\n<D> {document} \\n'x'<|im_end|>\n"

  init() throws { folder = try TemporaryFolder() }

  /// The tiny model with two more rows for a head.
  private func file(
    pooling: UInt32? = 4, labels: [String] = ["yes", "no"], template: String? = template
  ) throws -> URL {
    typealias B = GGUFBuilder
    var builder = TinyModel.builder()
    if let pooling { builder.pairs.append(("llama.pooling_type", 4, B.bytes(pooling))) }
    if !labels.isEmpty {
      let list =
        B.bytes(UInt32(8)) + B.bytes(UInt64(labels.count)) + labels.flatMap { B.string($0) }
      builder.pairs.append(("llama.classifier.output_labels", 9, list))
    }
    if let template {
      builder.pairs.append(("tokenizer.chat_template.rerank", 8, B.string(template)))
    }
    let shape = [UInt64(TinyModel.hidden), 2]
    builder.tensors.append(("cls.output.weight", shape, 0, UInt64(builder.data.count)))
    for index in 0..<(2 * TinyModel.hidden) {
      builder.data += B.bytes(Float(sin(Double(index) * 1.7)).bitPattern)
    }
    return URL(filePath: try folder.file("model.gguf", Data(builder.file)))
  }

  private func options(_ rule: ReadRule = .last) throws -> ScoringOptions {
    ScoringOptions(readRule: rule, date: try CalendarDate(parsing: "2026-01-31"))
  }

  private func score(_ url: URL, _ output: OutputChoice? = nil) throws -> Float {
    let text = try TextModel(url)
    let model = try RewardModel(
      text, head: LoadedHead(.own, of: text), output: output, threads: 1)
    #expect(model.readRule == .last)
    return try model.score([text.tokenize(conversation, options())])[0].value
  }

  @Test func `the rerank template writes query and document as they are`() throws {
    let text = try TextModel(file())
    #expect(
      try text.tokenize(conversation, options()).text
        == "<|im_start|>Judge: Is it \\ 'so'?\n<D> It {is}. \\n'x'<|im_end|>\n")
    var withSystem = try options()
    withSystem.system = "Be brief."
    let error = #expect(throws: TareError.self) { try text.tokenize(conversation, withSystem) }
    #expect(error?.description.contains("system") == true)
  }

  @Test func `yes less no is the score, in whichever order the labels stand`() throws {
    let url = try file()
    let first = try score(url, .index(0))
    let second = try score(url, .index(1))
    #expect(abs(first - second) > 0.01)
    #expect(abs(try score(url) - (first - second)) < 1e-5)
    #expect(abs(try score(file(labels: ["No", "Yes"])) - (second - first)) < 1e-5)
  }

  @Test func `labels without a known meaning ask for a choice, by name`() throws {
    let url = try file(labels: ["good", "fair"])
    let error = #expect(throws: TareError.self) { try score(url) }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("good, fair") == true)
  }

  @Test func `a Jinja template for reranking gets the roles of the pair`() throws {
    let jinja = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}"
    let text = try TextModel(file(template: jinja))
    #expect(
      try text.tokenize(conversation, options()).text
        == "[query] Is it \\ 'so'?\n[document] It {is}.\n")
  }

  @Test(arguments: [
    (UInt32(0), ReadRule?.none), (1, .mean), (3, .last), (4, .last),
  ])
  func `a pooling type is the read rule`(type: UInt32, rule: ReadRule?) throws {
    #expect(try TextModel(file(pooling: type, labels: [], template: nil)).readRule == rule)
  }

  @Test(arguments: [UInt32(2), 9])
  func `a pooling type that a decoder is not read by is refused`(type: UInt32) throws {
    let url = try file(pooling: type)
    let error = #expect(throws: TareError.self) { try TextModel(url) }
    #expect(error?.description.contains("llama.pooling_type") == true)
  }
}
