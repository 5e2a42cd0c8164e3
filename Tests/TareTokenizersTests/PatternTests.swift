/// The regular expression engine: against the `tokenizers` library, and on texts that would hang or
/// overflow a simpler matcher.
import TareCore
import TareTokenizers
import Testing

@Suite struct PatternTests {
  /// What the pattern cuts the text into.
  private func pieces(_ pattern: String, _ text: String) throws -> [String] {
    var cut = CutText(Array(text.utf8), startsText: true)
    try Split(isolating: pattern).cut(&cut)
    return cut.pieces.map { String(decoding: cut.bytes[$0], as: UTF8.self) }
  }

  @Test func `patterns cut texts as the tokenizers library does`() throws {
    let cases = try #require(try Fixtures.load("patterns.json").array)
    #expect(cases.count > 400)
    for reference in cases {
      let pattern = try #require(reference["pattern"]?.string)
      let text = try #require(reference["text"]?.string)
      let expected = try Fixtures.strings(reference["pieces"])
      #expect(try pieces(pattern, text) == expected, "\(pattern) on \(text.debugDescription)")
    }
  }

  @Test(arguments: [
    (#"\s*[\r\n]+|\s+(?!\S)|\s+"#, " "),
    (#"\s*[\r\n]+|\s+(?!\S)|\s+"#, " \n"),
    (#"\p{N}+|\p{L}+"#, "a"),
    (#"[\p{Lu}\p{Lo}]*[\p{Ll}\p{Lo}]+|[\p{Lu}\p{Lo}]+"#, "A"),
    (#"(?:[^\s\p{N}])+"#, "字"),
    (#"(?:ab|a|b)*?(?!a|b)"#, "ab"),
    ("(?=a)(?>(?:a|b)+)", "ab"),
  ])
  func `a match of half a million scalars is found without recursion`(
    pattern: String, unit: String
  ) throws {
    let text = String(repeating: unit, count: 500_000)
    #expect(try pieces(pattern, text) == [text])
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["(?:a|aa)+b", "(?:a+)+b", "(?:a|a|a)*(?:a|a)*b"])
  func `ways to fail are not tried over and over`(pattern: String) throws {
    // A plain backtracking matcher would need more than 2^30 steps for any of these.
    let text = String(repeating: "a", count: 50)
    #expect(try pieces(pattern, text) == [text])
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "(a+)+$", "(?:a|a)*b", ".*.*.*=", "(x+x+)+y|(a+a+)+y", "(?=(?:a+)+b)a",
      "(?:a?){50}a{50}b",
    ])
  func `a pattern whose matching explodes ends with an error`(pattern: String) throws {
    let text = String(repeating: "a", count: 100_000) + "!"
    let error = #expect(throws: TareError.self) { try pieces(pattern, text) }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("pattern '\(pattern)'") == true, "\(error as Any)")
  }

  @Test(.timeLimit(.minutes(1))) func `stepping back is charged`() {
    let text = String(repeating: "ab", count: 500_000)
    #expect(throws: TareError.self) { try pieces("(?<=a{100000})b", text) }
    // Where nothing stands before, it costs nothing.
    #expect(throws: Never.self) { try pieces("(?<=a{100000})b", "bbb") }
  }

  @Test(.timeLimit(.minutes(1))) func `what repeats nothing ends`() throws {
    #expect(try pieces("(?:(?:(?:){20000}){20000}){20000}a", "bab") == ["b", "a", "b"])
  }

  @Test func `a class of a hundred thousand parts is read`() throws {
    let pattern = "[a-z" + String(repeating: "&&a-y", count: 100_000) + "]"
    #expect(try pieces(pattern, "za\u{E9}") == ["z", "a", "\u{E9}"])
  }

  @Test func `a replacement that would fill the memory is refused`() throws {
    let content = JSONValue.string(String(repeating: "b", count: 10_000))
    let part = Part(
      ["type": "Replace", "pattern": ["Regex": "a"], "content": content], place: "normalizer")
    let normalizer = try Normalizers.make(part)
    var text = NormalizedText(String(repeating: "a", count: 100_000))
    #expect(throws: TareError.self) { try normalizer.normalize(&text) }
  }

  @Test func `what stands outside the range is no text`() throws {
    let bytes = Array("xaxa".utf8)
    var matches: [Range<Int>] = []
    var budget = PatternBudget(bytes: bytes.count)
    try Pattern("a$|^a|(?<=x)a").forEachMatch(in: bytes.span, 1..<4, &budget) {
      matches.append($0)
    }
    #expect(matches == [1..<2, 3..<4])
  }

  @Test(arguments: [
    ("a(b", "character 4", "the end"),
    ("ab)", "character 3", "')'"),
    ("[a-", "character 4", "the end"),
    ("[z-a]", "character 5", "a range from 'z' to 'a'"),
    ("[[:alfa:]]", "character 4", "a POSIX class 'alfa'"),
    (#"\p{Klingon}"#, "character 4", "the property 'Klingon'"),
    (#"\pL"#, "character 3", "'L'"),
    (#"a\"#, "character 3", "the end"),
    (#"\q"#, "character 2", #"'\q'"#),
    (#"(a)\1"#, "character 5", #"'\1'"#),
    (#"\x{110000}"#, "character 4", "'1'"),
    ("(?<=a+)b", "character 5", "a lookbehind of variable length"),
    ("(?<name>a)", "character 3", "'(?<'"),
    ("(?ix)a", "character 4", "'x'"),
    ("*a", "character 1", "'*' with nothing to repeat"),
    ("a{3,2}", "character 7", "{3,2}"),
    ("(?:a*)*", "pattern '(?:a*)*'", "a group that can match nothing"),
    ("(?:ab){30000}", "pattern '(?:ab){30000}'", "repetitions of groups"),
    (String(repeating: "(", count: 100), "character 65", "at most 64 levels of groups"),
    ("a" + String(repeating: "{1}", count: 100_000), "character 26", "at most 8"),
  ])
  func `a pattern that is not understood is refused with its place`(
    pattern: String, place: String, found: String
  ) throws {
    let error = try #require(throws: TareError.self) { try Pattern(pattern) }
    #expect(error.exitCode == 65)
    #expect(error.description.contains(place), "\(error)")
    #expect(error.description.contains(found), "\(error)")
  }
}
