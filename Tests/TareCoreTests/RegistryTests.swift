import TareCore
import Testing

private protocol Fruit: Registered {}
private enum Apple: Fruit {
  static let key = "apple"
  static let summary = "grows on trees"
}
private enum Melon: Fruit {
  static let key = "melon"
  static let summary = "grows on the ground"
}

@Suite struct RegistryTests {
  private let fruits = Registry<any Fruit.Type>("fruit", [Apple.self, Melon.self]) { $0 }

  @Test func `an entry is found by its key`() throws {
    #expect(try fruits.entry(for: "melon") == Melon.self)
    #expect(fruits.keys == ["apple", "melon"])
  }

  @Test func `an unknown key is a usage error that lists the known ones`() {
    let error = #expect(throws: TareError.self) { try fruits.entry(for: "pear") }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("apple, melon") == true)
  }
}
