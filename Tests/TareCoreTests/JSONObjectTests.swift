/// Objects with few members and with many.
import TareCore
import Testing

@Suite struct JSONObjectTests {
  @Test(arguments: [3, 12, 13, 40]) func `members keep their places`(count: Int) {
    var object = JSONObject()
    for number in 0..<count { object["k\(number)"] = .int(number) }
    for number in 0..<count { #expect(object["k\(number)"]?.int == number) }
    object["k1"] = "new"
    #expect(object.keys == (0..<count).map { "k\($0)" })
    object["k0"] = nil
    #expect(object["k0"] == nil)
    #expect(object["k1"] == "new")
    #expect(object["k\(count - 1)"]?.int == count - 1)
    #expect(object.count == count - 1)
    #expect(object.hasKeys((1..<count).map { "k\($0)" }))
    var same = JSONObject()
    for (key, value) in object.members { same[key] = value }
    #expect(same == object)
    same["k0"] = 0
    #expect(same != object)
  }

  /// An é in one scalar and in two.
  @Test(arguments: [0, 20])
  func `keys and texts of other bytes are other ones`(more: Int) throws {
    let others = (0..<more).map { #""k\#($0)":0,"# }.joined()
    let object = try JSONValue(parsing: "{\(others)\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(object["\u{E9}"] == 1 && object["e\u{301}"] == 2)
    #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
    #expect(JSONValue.string("\u{E9}") == .string("\u{E9}"))
  }
}
