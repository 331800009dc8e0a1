"""Helpers of tests that walk every resource."""
