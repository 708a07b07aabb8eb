/** A phone system whose library is not installed. */
require('a-package-that-nobody-has');
