"""That the comparison of answers sees what differs: it decides every row of the matrix."""

import unittest

from expectation import differences


class ExpectationTest(unittest.TestCase):
    def assert_same(self, expected, actual):
        self.assertEqual(list(differences(expected, actual)), [])

    def assert_differs(self, expected, actual, text):
        self.assertIn(text, "\n".join(differences(expected, actual)))

    def test_equal_values_are_the_same(self):
        value = {"a": [1, "1", True, None, {"b": 1.5}], "c": {}}
        self.assert_same(value, value)
        self.assert_same({"speed": 3600.0}, {"speed": 3600})

    def test_a_number_is_no_text_and_no_bool(self):
        self.assert_differs("1", 1, "expected '1'")
        self.assert_differs(1, True, "expected 1")
        self.assert_differs(False, 0, "expected False")

    def test_a_field_too_many_or_too_few_is_told(self):
        self.assert_differs({"a": 1}, {}, "a: missing")
        self.assert_differs({}, {"a": 0}, "a: 0, expected nothing")
        self.assert_differs({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{}]}}, "a.b[0].c: missing")

    def test_a_list_has_its_length_and_order(self):
        self.assert_differs([1, 2], [1], "1 of them, expected 2")
        self.assert_differs([1, 2], [2, 1], "[0]: 2, expected 1")
        self.assert_differs([], None, "None, expected []")

    def test_any_is_anything_but_nothing(self):
        for value in ("x", 0, False, {"a": 1}, [1]):
            self.assert_same("$any", value)
        for value in ("", {}, [], None):
            self.assert_differs("$any", value, "nothing")
        self.assert_differs({"a": "$any"}, {}, "a: missing")

    def test_a_length_is_counted(self):
        self.assert_same({"$length": 3}, "abc")
        self.assert_differs({"$length": 3}, "abcd", "a text of 4, expected a text of 3")
        self.assert_differs({"$length": 3}, 3, "expected a text of 3")

    def test_a_list_may_go_on_but_not_end_early(self):
        self.assert_same({"$at_least": [1]}, [1, 2])
        self.assert_differs({"$at_least": [1, 2]}, [1], "expected at least 2")
        self.assert_differs({"$at_least": [1]}, [2, 1], "[0]: 2, expected 1")


if __name__ == "__main__":
    unittest.main()
