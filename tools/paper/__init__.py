"""The book on paper: all pages as one PDF or one ePub, made from the built pages.

A page on paper is what a reader without JavaScript sees on the site, with everything that is folded opened.

    book              what the book is: title, address, pages in order
    collect           the built pages as clean articles; stills, links, colours and code are its steps
    chromium, sheet   the browser that typesets formulas and prints, and the document it gets
    front             title page and table of contents
    pdf               the one writer
    epub              the other, with xhtml for a chapter and package for the whole
"""
