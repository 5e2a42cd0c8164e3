/// A number in large letters, what it is, and how sure.

struct NumberCard {
  let name: String
  let value: String
  /// A 95% interval.
  var interval: String?
  /// What stands below where there is no interval.
  var note: String?
  /// The class of its colour.
  var kind = "plain"

  var markup: Markup {
    tag("div", ["class": "number \(kind)"]) {
      tag("p", ["class": "name"]) { name }
      tag("p", ["class": "value"]) { value }
      if let interval {
        tag("p", ["class": "interval"]) {
          "95% interval "
          tag("span") { interval }
        }
      } else if let note {
        tag("p", ["class": "interval"]) { note }
      }
    }
  }
}
