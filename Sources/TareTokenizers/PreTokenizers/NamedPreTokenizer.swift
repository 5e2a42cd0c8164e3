/// The pre-tokenisers that GGUF files name by `tokenizer.ggml.pre`, as data.
///
/// Such a file does not hold the patterns. The names are those that llama.cpp's converter writes;
/// the patterns are those in the tokenizer.json of the models that the names stand for.

package import TareCore

/// One pre-tokeniser and the names it has.
package struct NamedPreTokenizer: Sendable {
  package let names: [String]
  package let patterns: [String]
  /// Whether a word that is a token stays whole even if no merges lead to it (`ignore_merges`).
  package var keepsWholeTokens = false
  /// Whether its models begin texts with BOS where the file says nothing about it.
  package var addsBOS = false

  /// - Throws: `TareError.badData` that lists the names, if `name` is none of them.
  package static func named(_ name: String) throws(TareError) -> NamedPreTokenizer {
    guard let match = all.first(where: { $0.names.contains(name) }) else {
      throw .badData(
        place: "tokenizer.ggml.pre", found: name.isEmpty ? "nothing" : "'\(name)'",
        accepted: all.flatMap(\.names).joined(separator: ", "))
    }
    return match
  }

  package static let all: [NamedPreTokenizer] = [
    NamedPreTokenizer(
      names: [
        "gpt-2", "phi-2", "olmo", "mpt", "jais", "exaone4", "gigachat", "mellum", "a.x-4.0",
      ],
      patterns: [gpt2]),
    NamedPreTokenizer(
      names: ["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"],
      patterns: [#"\p{N}"#, gpt2]),
    // What llama.cpp does for this name; no model's own tokenizer has these patterns.
    NamedPreTokenizer(
      names: ["default"],
      patterns: [#"[\p{P}\$\+<=>\^~\|]+"#, gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"]),
    NamedPreTokenizer(
      names: [
        "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
      ],
      patterns: [gpt4(numbers: #"\p{N}{1,3}"#)], keepsWholeTokens: true, addsBOS: true),
    NamedPreTokenizer(
      names: ["dbrx", "smaug-bpe", "glm4", "chatglm-bpe"],
      patterns: [gpt4(numbers: #"\p{N}{1,3}"#)]),
    NamedPreTokenizer(
      names: ["qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "kormo", "f2llmv2"],
      patterns: [gpt4(numbers: #"\p{N}"#)]),
    NamedPreTokenizer(names: ["qwen35"], patterns: [qwen35]),
    NamedPreTokenizer(
      names: ["tekken"],
      patterns: [gpt4o(numbers: #"\p{N}"#, contractions: "")], keepsWholeTokens: true,
      addsBOS: true),
    NamedPreTokenizer(
      names: ["gpt-4o", "llama4", "kanana2", "minimax-m2"],
      patterns: [gpt4o(numbers: #"\p{N}{1,3}"#, contractions: contractions + "?")]),
    NamedPreTokenizer(
      names: ["deepseek-v3"],
      patterns: [#"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+", deepseek3]),
  ]

  private static let gpt2 = ByteLevel.pattern

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"

  /// GPT-4's pattern and its descendants, which differ in how they cut numbers.
  static func gpt4(numbers: String) -> String {
    contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  private static let qwen35 =
    contractions + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"#
    + #"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// GPT-4o's pattern, which also cuts before a capital that follows small letters, and its
  /// descendants.
  private static func gpt4o(numbers: String, contractions: String) -> String {
    let large = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    let small = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    let before = #"[^\r\n\p{L}\p{N}]?"#
    return "\(before)\(large)*\(small)+\(contractions)|\(before)\(large)+\(small)*\(contractions)|"
      + numbers + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  private static let deepseek3 =
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
    + #"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
}
