import Foundation
import Testing

extension ReportPageTests {
  /// What the browser is relied on to notice, it does notice.
  @Test func theBrowserNoticesWhatIsWrong() throws {
    try ReportFixture.use { fixture in
      try withBrowser { try check($0, fixture) }
    }
  }

  private func check(_ browser: Browser, _ fixture: ReportFixture) throws {
    try browser.open(file: fixture.page("<title>fine</title><p>fine"))
    #expect(browser.complaints.isEmpty && browser.requests.count == 1, "\(browser.complaints) \(browser.requests)")

    try browser.open(file: fixture.page("<script>console.log('heard')</script>"))
    #expect(browser.complaints.contains { $0.contains("heard") })
    try browser.open(file: fixture.page("<script>undefined.thrown</script>"))
    #expect(browser.complaints.contains { $0.hasPrefix("exception: ") })
    try browser.open(file: fixture.page("<img src='http://localhost:9/picture.png'>"))
    #expect(browser.requests.contains("http://localhost:9/picture.png"))
    let policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
    try browser.open(file: fixture.page("\(policy)<img src='http://localhost:9/picture.png'>"))
    #expect(!browser.complaints.isEmpty)

    #expect(throws: Browser.Failure.self) { try browser.evaluate("null.thrown") }
    #expect(throws: Browser.Failure.self) { try browser.value("'text'", as: Int.self) }
    #expect(throws: Browser.Failure.self) { try browser.open(file: fixture.folder.appending(path: "none.html")) }
  }
}
