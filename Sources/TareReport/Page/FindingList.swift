/// Findings on the page: each topic, and beside it what is said of it.

func findingList(_ findings: [Finding]) -> Markup {
  tag("dl", ["class": "findings"]) {
    for finding in findings {
      tag("div") {
        tag("dt") { finding.topic }
        tag("dd") { finding.text }
      }
    }
  }
}
