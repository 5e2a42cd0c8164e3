import TareCore
import Testing

@Suite struct JSONValueTests {
  @Test(arguments: [
    #"{"b":1,"a":[true,false,null,-0.5,1e3],"c":"é\n\"\\ 😀"}"#,
    #"[]"#, #"{}"#, #""""#, #"-12"#, #"9223372036854775807"#,
  ])
  func `text survives a round trip`(text: String) throws {
    let value = try JSONValue(parsing: text)
    #expect(try JSONValue(parsing: value.text()) == value)
    #expect(try JSONValue(parsing: value.text(indent: 2)) == value)
  }

  @Test func `members keep their order and the last of equal keys wins`() throws {
    let value = try JSONValue(parsing: #"{"b": 1, "a": 2, "b": 3}"#)
    #expect(value.object?.keys == ["b", "a"])
    #expect(value["b"]?.int == 3)
    #expect(value.text(sortedKeys: true) == #"{"a":2,"b":3}"#)
  }

  @Test func `escapes are read, lone surrogates replaced`() throws {
    #expect(try JSONValue(parsing: #""\ud83d\ude00\u00e9\/\t""#).string == "😀é/\t")
    #expect(try JSONValue(parsing: #""\ud83dx\udc00""#).string == "\u{FFFD}x\u{FFFD}")
  }

  @Test(arguments: [
    ("{\n  \"a\": NaN}", "line 2, column 8"), ("[1,]", "line 1, column 4"),
    ("[1 2]", "line 1, column 4"), ("\"a", "line 1, column 3"), ("01", "line 1, column 1"),
    ("[1] x", "line 1, column 5"), ("", "line 1, column 1"), ("1e999", "line 1, column 1"),
    ("\"\u{1}\"", "line 1, column 2"),
    (String(repeating: "[", count: 300), "line 1, column 257"),
  ])
  func `errors say the place`(text: String, place: String) {
    let error = #expect(throws: TareError.self) { try JSONValue(parsing: text) }
    guard case .badData(let found, _, _)? = error else { return }
    #expect(found == place)
  }
}
