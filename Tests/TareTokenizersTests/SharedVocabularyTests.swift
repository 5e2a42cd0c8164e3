/// Real vocabularies, out of the GGUF files of llama.cpp's own tests, with the ids those expect.
import Foundation
import TareCore
import TareEngine
import TareTesting
import TareTokenizers
import Testing

@Suite(
  .enabled(
    if: exists(sharedFolder.appending(path: "data/vocab")), "needs ../shared/data/vocab"))
struct SharedVocabularyTests {
  private let folder = sharedFolder.appending(path: "data/vocab")

  @Test(arguments: ["gpt-2", "llama-bpe", "phi-3", "qwen2"])
  func `texts are encoded as llama.cpp's tests expect`(name: String) throws {
    let file = folder.appending(path: "ggml-vocab-\(name).gguf")
    let tokenizer = try Tokenizer(Vocabulary(ggufMetadata: WeightFile(file).metadata))
    let texts = try contents(of: file, "inp").components(separatedBy: "\n__ggml_vocab_test__\n")
    // A line each, the last without a line feed.
    let lines = try contents(of: file, "out").components(separatedBy: "\n")
    #expect(texts.count == lines.count)
    for (text, line) in zip(texts, lines) {
      let expected = line.split(separator: " ").compactMap { Int32($0) }
      let found = try tokenizer.encode(text, addSpecialTokens: false)
      #expect(found == expected, "\(text.debugDescription)")
      #expect(try tokenizer.decode(found, skipSpecialTokens: false) == text)
    }
  }

  private func contents(of file: URL, _ suffix: String) throws -> String {
    String(decoding: try Data(contentsOf: file.appendingPathExtension(suffix)), as: UTF8.self)
  }
}
