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
}
