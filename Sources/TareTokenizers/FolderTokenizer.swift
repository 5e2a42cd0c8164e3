/// A folder's tokenizer by either version of transformers, and where the two differ.
package import TareCore

package struct FolderTokenizer: Sendable {
  private let file: TokenizerFile
  private let folder: TokenizerFolder

  /// - Throws: `TareError.badData` that names the part of tokenizer.json which is damaged.
  package init(json: [UInt8], _ folder: TokenizerFolder) throws(TareError) {
    file = try TokenizerFile(json)
    self.folder = folder
  }

  /// - Throws: `TareError.badData` that names the part which is damaged or not known.
  package func tokenizer(_ rules: TokenizerRules) throws(TareError) -> Tokenizer {
    try Tokenizer(file, TokenizerConfig(folder, file, rules))
  }

  /// The class that transformers makes of the folder where its stages are not followed here, so that
  /// tokenizer.json is taken as it stands.
  package func unfollowedClass(_ rules: TokenizerRules) -> String? {
    if case .other(let name) = TokenizerKind(folder, file, rules) { name } else { nil }
  }

  /// How what the other version makes of the folder differs from `tokenizer`; nil where both are the
  /// same, or the other cannot load the folder.
  ///
  /// - Parameters:
  ///   - tokenizer: what `rules` make of it.
  ///   - readsPairs: whether texts are encoded in pairs, with special tokens around them.
  package func difference(
    from tokenizer: Tokenizer, _ rules: TokenizerRules, readsPairs: Bool
  ) -> TokenizerDifference? {
    let other: TokenizerRules = rules == .five ? .four : .five
    guard unfollowedClass(rules) == nil, isLoaded(by: .five), isLoaded(by: .four),
      let own = try? TokenizerConfig(folder, file, rules),
      let others = try? TokenizerConfig(folder, file, other),
      own.blueprint(file, withEnds: readsPairs) != others.blueprint(file, withEnds: readsPairs),
      let changed = try? Tokenizer(file, others)
    else { return nil }
    var found: (count: Int, example: TokenizerDifference.Example?) = (0, nil)
    let probes = self.probes
    for text in probes {
      let isSame =
        (try? tokenizer.encode(text, addSpecialTokens: false))
        == (try? changed.encode(text, addSpecialTokens: false))
      let isSamePair =
        !readsPairs
        || (try? tokenizer.encode(text, pair: text).ids)
          == (try? changed.encode(text, pair: text).ids)
      guard !isSame || !isSamePair else { continue }
      found.count += 1
      found.example =
        found.example
        ?? TokenizerDifference.Example(text, tokenizer, changed, withSpecials: isSame)
    }
    guard let example = found.example else { return nil }
    return TokenizerDifference(
      rules: rules, differing: found.count, probes: probes.count, example: example)
  }

  private func isLoaded(by rules: TokenizerRules) -> Bool {
    switch TokenizerKind(folder, file, rules) {
    case .none, .other: false
    default: true
    }
  }

  /// Short texts with what tokenizers treat in ways of their own, the file's special tokens
  /// included: in conversations text stands after them.
  private var probes: [String] {
    let special = ((try? file.addedTokens()) ?? []).map(\.token).filter(\.isSpecial).prefix(12)
    return Self.texts
      + special.flatMap { token in
        [
          "\(token.content)Hello there", "it's 2024 \(token.content) yes",
          "\(token.content)\nuser\n",
        ]
      }
  }

  private static let texts = [
    "Hello, how are you?", "What is 12345 + 678.90?", "I'll say it's what WE'RE after.",
    " a leading blank", "two  blanks,   three", "First line\nsecond\n\n- third\n",
    "cafe\u{301} nai\u{308}ve", "caf\u{E9} na\u{EF}ve Stra\u{DF}e",
    "\u{6771}\u{4EAC}\u{306B}\u{4F4F}\u{3080}",
    "def f(x):\n    return x ** 2\n", "\ttab and end ", "\u{1F600}!",
    "\u{43F}\u{440}\u{438}\u{432}\u{435}\u{442}",
    "\u{2581}mark", "A (B) [C] {D} <E> | F", "$x^2 + y_1 \\le 3$", "https://a.b/c?d=e&f=1",
  ]
}

/// How two versions of transformers differ on one folder.
package struct TokenizerDifference: Sendable, Hashable {
  /// The rules that are followed.
  package let rules: TokenizerRules
  /// Of how many short texts the tokens differ, and of how many they were compared.
  package let differing: Int
  package let probes: Int
  package let example: Example

  package struct Example: Sendable, Hashable {
    package let text: String
    /// The first token that differs, counted from 0, by these rules and by the others; nil where the
    /// tokens have ended.
    package let place: Int
    package let token: String?
    package let other: String?

    fileprivate init(
      _ text: String, _ tokenizer: Tokenizer, _ others: Tokenizer, withSpecials: Bool
    ) {
      let own = (try? tokenizer.encode(text, addSpecialTokens: withSpecials)) ?? []
      let other = (try? others.encode(text, addSpecialTokens: withSpecials)) ?? []
      let place = zip(own, other).prefix { $0 == $1 }.count
      self.text = text
      self.place = place
      token = place < own.count ? tokenizer.token(own[place]) : nil
      self.other = place < other.count ? others.token(other[place]) : nil
    }
  }

  /// One sentence without the remedy.
  package var text: String {
    let other: TokenizerRules = rules == .five ? .four : .five
    return
      "transformers \(rules.version) and \(other.version) tokenize differently with this model "
      + "(\(differing) of \(probes) test texts; token \(example.place) of "
      + "\(example.text.debugDescription) is \(Self.quoted(example.token)) and "
      + "\(Self.quoted(example.other)))"
  }
}

extension TokenizerDifference {
  private static func quoted(_ token: String?) -> String { token.map { "'\($0)'" } ?? "no token" }
}

/// All of a folder's files that decides its tokens, in one form.
struct TokenizerBlueprint: Equatable {
  let stages: [JSONValue]
  let model: JSONValue
  /// Added tokens in the order in which they come, each with the flags that it has in the end.
  let tokens: [AddedToken]
  let ends: TokenizerClass.Ends?
}

extension TokenizerConfig {
  /// nil where a part is damaged.
  fileprivate func blueprint(
    _ file: TokenizerFile, withEnds: Bool
  ) -> TokenizerBlueprint? {
    guard let added = try? addedTokens(file) else { return nil }
    var places: [String: Int] = [:]
    var tokens: [AddedToken] = []
    for token in added {
      if let place = places[token.content] {
        tokens[place] = token
      } else {
        places[token.content] = tokens.count
        tokens.append(token)
      }
    }
    let parts = stages(file.parts)
    // Of the model alone what the class may change.
    var model = modelOptions(file.model).object
    model["dropout"] = nil
    return TokenizerBlueprint(
      stages: ["normalizer", "pre_tokenizer"].map { Self.plain(parts.object[$0] ?? .null) },
      model: Self.plain(.object(model)), tokens: tokens,
      ends: withEnds ? tokenizerClass.ends : nil)
  }

  /// The defaults of stages written out, and what is nothing left out, so that two spellings of one
  /// stage are equal.
  private static func plain(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let values): return .array(values.map(plain))
    case .object(let object):
      var members: [String: JSONValue] = [:]
      switch object["type"] {
      case "ByteLevel": members = ["add_prefix_space": true, "use_regex": true]
      case "Metaspace": members = ["prepend_scheme": "always", "split": true]
      default: break
      }
      for (key, value) in object.members { members[key] = plain(value) }
      members["trim_offsets"] = nil
      if members["type"] == "Sequence" {
        let parts = (members["normalizers"] ?? members["pretokenizers"])?.array ?? []
        if parts.isEmpty { return .null }
        if parts.count == 1 { return parts[0] }
      }
      var result = JSONObject()
      for (key, value) in members.sorted(by: { $0.key < $1.key })
      where value != .null && value != false && value != "" {
        result[key] = value
      }
      return .object(result)
    default: return value
    }
  }
}
